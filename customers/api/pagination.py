"""Pages whose filters came in a body, and pages of a timeline."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.request import Request

from cdp.core.api.pagination import SealedCursorPagination
from cdp.core.api.problems import Problem
from cdp.core.crypto import tokens

TIMELINE = "timeline"


class LookupPagination(SealedCursorPagination):
    """Further pages of a lookup are pages of the list: their cursor carries the filters of the body, sealed."""

    def __init__(self, given: dict[str, str]) -> None:
        self.given = given

    def _link(self, direction: str, edge: Any) -> str:
        path = reverse("customer-list")
        payload = {"d": direction, "id": str(edge), "q": self.given, "l": path}
        cursor = tokens.make("cursor", json.dumps(payload).encode())
        return f"{settings.CDP_BASE_URL}{path}?cursor={cursor}&page_size={self.size}"


def size(request: Request) -> int:
    """`page_size` of the request. Raises Problem."""
    return SealedCursorPagination()._size(request)  # noqa: SLF001  (one rule for every list)


def next_url(request: Request, *, before: datetime | None, kind: str, page_size: int) -> str | None:
    """The link to what is older."""
    if before is None:
        return None
    cursor = tokens.make(TIMELINE, json.dumps({"before": before.isoformat(), "kind": kind}).encode())
    return f"{settings.CDP_BASE_URL}{request._request.path}?cursor={cursor}&page_size={page_size}"  # noqa: SLF001


def position(cursor: str) -> tuple[datetime, str]:
    """Where a timeline goes on, and the kind it is narrowed to. Raises Problem."""
    try:
        found = json.loads(tokens.read(TIMELINE, cursor))
    except tokens.BadToken as error:
        raise Problem(
            "invalid_cursor", _("The cursor is not one of ours; start again without it."), status_code=400
        ) from error
    before = parse_datetime(found["before"])
    assert before is not None, "we wrote it"  # noqa: S101
    return before, found["kind"]
