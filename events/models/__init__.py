"""What they do; one file per aggregate."""

from events.models.events import Event
from events.models.handover import Handover
from events.models.inbox import InboxRow, MessageKey, RefusedRequests, RejectedEvent, SourceHour, SourceLimits
from events.models.sessions import Session

__all__ = [
    "Event",
    "Handover",
    "InboxRow",
    "MessageKey",
    "RefusedRequests",
    "RejectedEvent",
    "Session",
    "SourceHour",
    "SourceLimits",
]
