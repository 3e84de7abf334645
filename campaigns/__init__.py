"""What we do about it: triggers, messages, channels."""
