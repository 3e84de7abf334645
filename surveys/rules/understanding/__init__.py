"""What a text says: language, feeling, what it is about, whom it names. Plain functions and trained weights."""
