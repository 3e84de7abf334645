"""Events as if a website had told them, booked by the real pipeline."""

import datetime as dt
import itertools
from typing import Any

import pytest
from django.utils import timezone

from cdp.core import pipeline
from customers.models import Customer
from customers.services import buckets
from events.services import recording
from tests import factories

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
_numbers = itertools.count(1)


class Website:
    """Tells events of one source; `book` lets the pipeline make facts of them."""

    def __init__(self) -> None:
        self.source = factories.source("web")

    def row(self, who: Customer | None, name: str, minute: float = 0, /, **told: Any) -> recording.EventRow:
        """An event `minute` minutes after noon."""
        return recording.EventRow(
            customer=who.id if who else buckets.IDS[3],
            kind="track",
            name=name,
            source=self.source.key,
            message_id=f"m-{next(_numbers)}",
            occurred_at=NOON + dt.timedelta(minutes=minute),
            properties=told,
            resolved_by=b"who" if who else None,
        )

    def tell(self, *rows: recording.EventRow) -> None:
        """Record events and book them."""
        recording.record_many(rows, now=timezone.now())
        self.book()

    def __call__(self, who: Customer | None, name: str, minute: float = 0, /, **told: Any) -> None:
        """One event, booked."""
        self.tell(self.row(who, name, minute, **told))

    def book(self) -> None:
        """Drain the pipeline."""
        pipeline.drain_all(now=timezone.now())


@pytest.fixture
def web(db: None) -> Website:
    return Website()


@pytest.fixture
def ada(db: None) -> Customer:
    return factories.customer(email="ada@example.com", name="Ada Byron")
