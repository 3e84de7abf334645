"""The newest statements of the ledger, for the privacy officer's page."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import QuerySet

from cdp.core import ids, pages
from consent.models import ConsentRecord

BACK = dt.timedelta(days=92)
"""How far a page looks back: with filters that hardly anything fits, the whole ledger would be read for it."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; everything empty is all of them."""

    purpose: str = ""
    channel: str = ""
    status: str = ""
    method: str = ""
    form: str = ""

    @property
    def given(self) -> dict[str, str]:
        """The filters that narrow."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


def page(
    filters: Filters,
    *,
    now: dt.datetime,
    older_than: uuid.UUID | None = None,
    newer_than: uuid.UUID | None = None,
) -> pages.Page[ConsentRecord]:
    """One page in the order of writing, newest first; their evidence is not read."""
    return pages.page(_rows(filters, now=now, older_than=older_than), older_than=older_than, newer_than=newer_than)


def _rows(filters: Filters, *, now: dt.datetime, older_than: uuid.UUID | None) -> QuerySet[ConsentRecord]:
    # The id carries the moment it was written, and has the index.
    edge = ids.moment_of(older_than) if older_than else now
    rows = ConsentRecord.objects.defer("evidence").filter(**filters.given)
    return rows.filter(id__gte=ids.floor(edge - BACK)) if filters.given else rows


def find(record: uuid.UUID) -> ConsentRecord | None:
    """One statement by its id, wherever its person is."""
    return ConsentRecord.objects.filter(id=record).first()
