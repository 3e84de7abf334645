"""What they say: questionnaires, answers, NPS, reviews, tickets."""
