"""Refused events that staff may still mend."""

import uuid

from cdp.core.models import Source
from events.models import RejectedEvent

PAGE = 50


def page(
    *, source: str = "", code: str = "", older_than: uuid.UUID | None = None, size: int = PAGE
) -> list[RejectedEvent]:
    """The newest refused events, at most `size`; nothing is opened for a list."""
    found = RejectedEvent.objects.select_related("source").order_by("-id")
    if source:
        found = found.filter(source_id__in=Source.objects.filter(key=source).values("id"))
    if code:
        found = found.filter(code=code)
    if older_than:
        found = found.filter(id__lt=older_than)
    return list(found[:size])


def find(row: uuid.UUID) -> RejectedEvent | None:
    """One refused event, still sealed."""
    return RejectedEvent.objects.select_related("source").filter(id=row).first()
