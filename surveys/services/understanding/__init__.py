"""Reading what customers wrote, and what the shop makes of it."""
