"""Metrics of customers as they are promised outside: exact names, money as decimal strings, moments as datetimes."""

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from analytics.rules import compiler, currencies
from analytics.rules.metrics import METRICS, Unit
from analytics.selectors.clock import clock, digits

# The expressions are the registry's own; customers are named by parameter only.
_SELECT = (
    "SELECT c.id, COALESCE(m.missing_rate, ''), "  # noqa: S608
    + ", ".join(metric.sql for metric in METRICS.values())
    + " FROM customers_customer c LEFT JOIN analytics_customermetrics m ON m.customer_id = c.id"
    + " WHERE c.id = ANY(%(ids)s)"
)


def of_customer(customer: uuid.UUID, now: datetime) -> dict[str, Any]:
    """All metrics of one customer at `now`, with `currency` and `missing_rate`.

    `missing_rate` names the currency whose rate is unknown when a total is None, and is None otherwise.
    Raises LookupError for an unknown customer.
    """
    return of_many([customer], now)[customer]


def of_many(customers: Sequence[uuid.UUID], now: datetime) -> dict[uuid.UUID, dict[str, Any]]:
    """`of_customer` of each of these; unknown ids are left out."""
    params = compiler.shared(clock(now), digits()) | {"ids": list(customers)}
    with connection.cursor() as cursor:
        cursor.execute(_SELECT, params)
        return {row[0]: _figures(row[1], row[2:]) for row in cursor.fetchall()}


def _figures(missing_rate: str, values: Sequence[Any]) -> dict[str, Any]:
    figures: dict[str, Any] = {"currency": settings.CDP_CURRENCY, "missing_rate": missing_rate or None}
    for metric, value in zip(METRICS.values(), values, strict=True):
        figures[metric.key] = _plain(metric.unit, value)
    return figures


def _plain(unit: Unit, value: Any) -> Any:
    if value is None:
        return None
    if unit is Unit.MONEY:
        return currencies.text(Decimal(value), settings.CDP_CURRENCY)
    if unit is Unit.MONEY_BY_CURRENCY:
        return json.loads(value) if isinstance(value, str) else value
    return value
