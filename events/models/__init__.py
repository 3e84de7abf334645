"""What they do; one file per aggregate."""

from events.models.events import Event

__all__ = ["Event"]
