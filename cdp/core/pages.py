"""A page of a list that goes by id, newest first, from where the reader stands: as quick in the depth as at the top."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
SIZE = 50
COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """One page, newest first."""

    rows: Sequence[M]
    has_newer: bool
    has_older: bool


def page(
    rows: QuerySet[M], *, older_than: uuid.UUID | None = None, newer_than: uuid.UUID | None = None, size: int = SIZE
) -> Page[M]:
    """The page of these rows after `older_than`, or the one before `newer_than`, or the first."""
    if newer_than:
        nearest = list(rows.filter(id__gt=newer_than).order_by("id")[: size + 1])
        return Page(nearest[:size][::-1], has_newer=len(nearest) > size, has_older=True)
    if older_than:
        rows = rows.filter(id__lt=older_than)
    found = list(rows.order_by("-id")[: size + 1])
    return Page(found[:size], has_newer=older_than is not None, has_older=len(found) > size)


def count(rows: QuerySet[Any]) -> tuple[int, bool]:
    """How many rows there are, and whether that is all of them: counting stops at COUNTED."""
    found = rows.order_by().values("id")[: COUNTED + 1].count()
    return min(found, COUNTED), found <= COUNTED
