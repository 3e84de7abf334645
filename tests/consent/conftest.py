"""Statements for the tests of the room."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from cdp.core import actors
from consent.models import ConsentRecord
from consent.services import grants

NOW = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)


@pytest.fixture
def now() -> dt.datetime:
    return NOW


@pytest.fixture
def say() -> Callable[..., ConsentRecord]:
    """Record one statement by the service: `say(customer.id, granted=False)`."""

    def record(customer: uuid.UUID, **changes: Any) -> ConsentRecord:
        values = {
            "purpose": "marketing",
            "channel": "email",
            "granted": True,
            "at": NOW,
            "source": "shop",
            "method": "form",
            "actor": actors.CUSTOMER,
            **changes,
        }
        return grants.record(customer=customer, **values)

    return record
