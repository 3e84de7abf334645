"""Guides of interviews and the codes of what was said, as plain values."""
