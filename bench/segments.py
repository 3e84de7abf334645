"""Segment refresh and metrics rebuild at a million customers, beside hand-written SQL in the same database."""

# The statements are put together from this file's own words.

import time
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from analytics.models import Segment
from analytics.selectors import audiences
from analytics.services import membership, metrics
from bench import population

SEGMENT = uuid.uuid4()
RULES = {
    "all": [
        {"metric": "days_since_last_order", "op": ">", "value": 90},
        {"field": "country", "op": "=", "value": "TH"},
        {"consent": {"purpose": "marketing", "channel": "email"}, "op": "=", "value": True},
    ]
}
SELECT_BY_HAND = """
SELECT c.id FROM customers_customer c
JOIN analytics_customermetrics m ON m.customer_id = c.id
JOIN consent_consentstate s ON s.customer_id = c.id AND s.purpose = 'marketing' AND s.channel = 'email' AND s.is_granted
WHERE c.status = 'known' AND c.country = 'TH'
  AND m.last_order_at < (date_trunc('day', now() AT TIME ZONE 'Asia/Bangkok') - interval '90 days')
                        AT TIME ZONE 'Asia/Bangkok'
"""
# The refresh also writes who entered into the history, so the hand-written statement does as well.
REFRESH_BY_HAND = f"""
WITH fresh AS (
    INSERT INTO by_hand_member (id, customer_id, segment_id, entered_at)
    SELECT {{new_id}}, id, '{SEGMENT}', now() FROM ({SELECT_BY_HAND}) matched RETURNING *
)
INSERT INTO by_hand_change (id, customer_id, segment_id, entered, at, version)
SELECT id, customer_id, segment_id, TRUE, entered_at, '' FROM fresh
"""
METRICS_BY_HAND = """
INSERT INTO by_hand_metrics (customer_id, orders_count, revenue_by_currency, refunds_by_currency, revenue_total,
    refunds_total, missing_rate, first_order_at, last_order_at, last_seen_at, sessions_count, last_login_at, computed_at)
SELECT c.id, COALESCE(o.n, 0), COALESCE(o.by_currency, '{}'), '{}', COALESCE(o.total, 0), 0, '',
       o.first_at, o.last_at, v.at, COALESCE(v.n, 0), v.login, now()
FROM customers_customer c
LEFT JOIN (
    SELECT customer_id, count(*) AS n, max(ended_at) AS at, max(signed_in_at) AS login
    FROM events_session WHERE NOT is_bot GROUP BY customer_id
) v ON v.customer_id = c.id
LEFT JOIN (
    SELECT customer_id, sum(n) AS n, jsonb_object_agg(currency, amount::text) AS by_currency, sum(total) AS total,
           min(first_at) AS first_at, max(last_at) AS last_at
    FROM (
        SELECT o.customer_id, o.currency, count(*) AS n, sum(o.amount) AS amount,
               sum(o.amount * CASE WHEN o.currency = 'THB' THEN 1 ELSE (
                   SELECT rate FROM commerce_exchangerate r
                   WHERE r.currency = o.currency AND r."on" <= (o.placed_at AT TIME ZONE 'Asia/Bangkok')::date
                   ORDER BY r."on" DESC LIMIT 1) END) AS total,
               min(o.placed_at) AS first_at, max(o.placed_at) AS last_at
        FROM commerce_order o WHERE o.is_counted GROUP BY o.customer_id, o.currency
    ) per_currency GROUP BY customer_id
) o ON o.customer_id = c.id
WHERE c.status = 'known'
"""

Report = Callable[..., None]


def run(report: Report, *, customers: int = 1_000_000, orders: int = 4) -> None:
    """Fill an empty, migrated database and measure.

    Calls `report(name, seconds=, reference=, target=)` for each figure: its ratio is seconds / reference. The default
    makes 3.5 million orders, as many as 10 million order lines usually come in.
    """
    population.fill(customers=customers, orders=orders)
    now = timezone.now()

    by_hand = _timed(lambda: _run(METRICS_BY_HAND, "analytics_customermetrics", "by_hand_metrics"))
    built = _timed(lambda: metrics.rebuild(now))
    _execute("TRUNCATE by_hand_metrics")  # the reference before and after: neither pays alone for the other's writes
    by_hand = (by_hand + _timed(lambda: _execute(METRICS_BY_HAND))) / 2
    report("metrics rebuild, first", seconds=built, reference=by_hand, target=1.5)
    _vacuum()
    report(
        "metrics rebuild, nothing changed", seconds=_timed(lambda: metrics.rebuild(now)), reference=by_hand, target=1.5
    )

    segment = Segment.objects.create(key="bench", name="Bench", rules=RULES, version="0")
    for name in ("member", "change"):
        _run("SELECT 1", f"analytics_segment{name}", f"by_hand_{name}")
    # What somebody would write today: ids that sort, where the server can make them.
    new_id = "uuidv7()" if connection.pg_version >= 180000 else "gen_random_uuid()"
    by_hand = _timed(lambda: _execute(REFRESH_BY_HAND.format(new_id=new_id)))
    first = _timed(lambda: membership.refresh(segment, now))
    report("segment refresh, everybody enters", seconds=first, reference=by_hand, target=1.3)
    _vacuum()
    report(
        "segment refresh, nothing changed",
        seconds=_timed(lambda: membership.refresh(segment, now)),
        reference=by_hand,
        target=1.3,
    )
    count = _timed(lambda: _execute(f"SELECT count(*) FROM ({SELECT_BY_HAND}) matched"))
    report("segment preview", seconds=_timed(lambda: audiences.preview(RULES, now)), reference=count, target=1.3)


def _run(statement: str, like: str, table: str) -> None:
    _execute(f"CREATE TABLE {table} (LIKE {like} INCLUDING ALL)")
    _execute(statement)


def _execute(statement: str) -> Any:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
