"""What they do; one file per aggregate."""

from events.models.events import Event
from events.models.inbox import InboxRow, MessageKey, RefusedRequests, RejectedEvent, SourceHour, SourceLimits

__all__ = ["Event", "InboxRow", "MessageKey", "RefusedRequests", "RejectedEvent", "SourceHour", "SourceLimits"]
