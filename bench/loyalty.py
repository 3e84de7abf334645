"""Points for a million orders, step by step as the pipeline books them, beside the bare rows in the same database."""

# The statements are put together from this file's own words.

import time
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from bench import population
from bench.report import Report
from cdp.core import memory, pipeline
from cdp.core.actors import SYSTEM
from loyalty.models import Act
from loyalty.services import accruing, versions

ORDERS = 5
_NAMES = {"en": "Bench", "th": "ทดสอบ", "ko": "시험"}
PROGRAMME = {
    "schema": 1,
    "names": _NAMES,
    "currency": "THB",
    "rules": [{"on": "spend", "key": "spend", "names": _NAMES, "per": "25"}],
    "wallets": {"points": {"worth": "0.25", "expiry": {"kind": "fixed", "months": 12}}},
    "tiering": {
        "tiers": [
            {"key": "silver", "names": _NAMES, "at_least": "2000"},
            {"key": "gold", "names": _NAMES, "at_least": "10000", "factor": "1.5"},
        ]
    },
}
_MEMBERS = """
INSERT INTO loyalty_member (id, customer_id, joined_at, how, source, tier)
SELECT gen_random_uuid(), id, now() - interval '900 days', 'file', '', '' FROM customers_customer
"""
# Two lines each; `%(first)s` to `%(last)s` are the orders of a member, the last of them the newest.
_PURCHASES = (
    """
    INSERT INTO commerce_order (
        id, customer_id, source, external_id, placed_at, status, currency, discount, shipping, tax, amount, is_counted,
        coupon, channel, store, created_at, updated_at)
    SELECT gen_random_uuid(), c.id, 'shop', 'B-' || n, now() - (%(days)s - 60 * n) * interval '1 day'
           - get_byte(uuid_send(c.id), 12) * interval '1 hour', 'paid', 'THB', 0, 0, 0,
           100 + 5 * get_byte(uuid_send(c.id), 13) + n, TRUE, '', '', '', now(), now()
    FROM customers_customer c, generate_series(%(first)s::int, %(last)s::int) n
    """,
    """
    INSERT INTO commerce_orderline (id, customer_id, order_id, sku, name, category, quantity, unit_price, discount, amount)
    SELECT gen_random_uuid(), o.customer_id, o.id, 'SKU-' || n, 'Article', 'tea', n, o.amount / 2 / n, 0, o.amount / 2
    FROM commerce_order o, generate_series(1, 2) n
    WHERE o.external_id = ANY(SELECT 'B-' || n FROM generate_series(%(first)s::int, %(last)s::int) n)
    """,
)
_BARE = (
    ("loyalty_act", "bench_act"),
    ("loyalty_movement", "bench_movement"),
    ("loyalty_lot", "bench_lot"),
)


def run(report: Report, *, customers: int) -> None:
    """A history of five orders each, at once; then one order more for each, as on an ordinary day."""
    population.fill(customers=customers, orders=0)
    now = timezone.now()
    versions.save_draft(definition=PROGRAMME, actor=SYSTEM, now=now)
    versions.publish(starts_at=now - timedelta(days=800), actor=SYSTEM, now=now)
    _execute(_MEMBERS)
    _buy(1, ORDERS)
    took, booked = _accrue(now)
    bare = _bare(0)
    report.speedup(
        "points for orders, whole histories",
        rate=booked / took,
        reference=booked / bare,
        target=0.1,
        note=f"{booked / took:,.0f} orders/s of {booked:,}; bare rows {booked / bare:,.0f}/s",
    )
    _buy(ORDERS + 1, ORDERS + 1)
    took, more = _accrue(timezone.now())
    bare = _bare(booked)
    report.speedup(
        "points for orders, the next of each member",
        rate=more / took,
        reference=more / bare,
        target=0.05,
        note=f"{more / took:,.0f} orders/s of {more:,}; bare rows {more / bare:,.0f}/s",
    )
    took, none = _accrue(timezone.now())
    assert not none
    report.bound(
        "looking at a thousand members of whom nothing changed",
        seconds=took / customers * 1000,
        target=0.05,
        note=f"{customers / took:,.0f} members/s",
    )


def wealthy(most: int) -> list[object]:
    """Members who have something to spend."""
    return [
        row
        for (row,) in _execute(
            "SELECT customer_id FROM loyalty_balance WHERE active >= 50 LIMIT %(most)s", {"most": most}
        )
    ]


def _buy(first: int, last: int) -> None:
    for statement in _PURCHASES:
        _execute(statement, {"first": first, "last": last, "days": 60 * ORDERS + 90})
    _execute("VACUUM ANALYZE")


def _accrue(now: datetime) -> tuple[float, int]:
    """Seconds, and how many acts came of it. In bites as large as a drain's."""
    before = Act.objects.filter(kind="earn").count()
    people = [row for (row,) in _execute("SELECT id FROM customers_customer ORDER BY id")]
    started = time.perf_counter()
    for place in range(0, len(people), pipeline.BATCH):
        with memory.collecting_when_told():  # as a drain
            accruing.accrue(people[place : place + pipeline.BATCH], now)
    return time.perf_counter() - started, Act.objects.filter(kind="earn").count() - before


def _bare(before: int) -> float:
    """Seconds that the same rows take by INSERT … SELECT into the same tables, keys, indexes and checks included."""
    for table, bare in _BARE:
        _execute(f"DROP TABLE IF EXISTS {bare}")
        _execute(f"CREATE TABLE {bare} (LIKE {table} INCLUDING ALL)")
    started = time.perf_counter()
    for table, bare in _BARE:
        _execute(f"INSERT INTO {bare} SELECT * FROM {table} ORDER BY id OFFSET {before}")
    return time.perf_counter() - started


def _execute(statement: str, values: dict[str, object] | None = None) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
