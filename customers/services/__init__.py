"""Writes of this room: check, lock, decide, write, audit; one transaction each."""
