"""What staff fill in on the pages of this room."""
