"""What they do: events, sessions, page analytics."""
