"""Forms of this room's pages."""
