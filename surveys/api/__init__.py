"""REST: questionnaires and their answers."""
