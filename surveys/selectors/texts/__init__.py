"""Texts of customers, whatever they were written in: which there are, which are unread, what was read in them."""
