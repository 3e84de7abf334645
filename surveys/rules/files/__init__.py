"""Answers as rows of a table, the way files carry them, and what a table of another tool asks."""
