"""Refused events that staff may still mend."""

import uuid

from django.db.models import QuerySet

from cdp.core.models import Source
from events.models import RejectedEvent

PAGE = 50


def page(
    *, source: str = "", code: str = "", older_than: uuid.UUID | None = None, size: int = PAGE
) -> list[RejectedEvent]:
    """The newest refused events, at most `size`; nothing is opened for a list."""
    found = matching(source=source, code=code).select_related("source").order_by("-id")
    if older_than:
        found = found.filter(id__lt=older_than)
    return list(found[:size])


def matching(*, source: str = "", code: str = "") -> QuerySet[RejectedEvent]:
    """The refused events of a source, for a reason; empty means any."""
    found = RejectedEvent.objects.all()
    if source:
        found = found.filter(source_id__in=Source.objects.filter(key=source).values("id"))
    return found.filter(code=code) if code else found


def find(row: uuid.UUID) -> RejectedEvent | None:
    """One refused event, still sealed."""
    return RejectedEvent.objects.select_related("source").filter(id=row).first()
