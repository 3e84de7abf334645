"""Forms of this room's staff pages."""
