"""Guides, talks, quotes, and what of them is shown to everybody."""
