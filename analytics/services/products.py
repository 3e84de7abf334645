"""Counting what was sold and returned of each product, who bought it and how it is rated: one statement over all.

The list of products is opened often and the lines are many, so the figures are kept; the clock counts them anew. Guests
count as sales; who buys is told of known customers only. Lines of orders that do not count are left out.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from analytics.models import ProductFigures

YOUNGEST, OLDEST = 10, 90
_LOCK = 0x0CDA_11A2

# Lines meet the rate of their order's day, as in the metrics of customers. GROUPING tells the sets apart: its bits are
# month, gender, age, country, each 0 where the row is about it.
_COUNT = """
WITH rates AS (
    SELECT currency, "on", lead("on", 1, 'infinity') OVER (PARTITION BY currency ORDER BY "on") AS until, rate
    FROM commerce_exchangerate
), sold AS (
    SELECT l.sku, l.quantity, o.placed_at,
           l.amount * CASE WHEN o.currency = %(currency)s THEN 1 ELSE r.rate END AS money,
           CASE WHEN o.placed_at >= %(since)s
                THEN to_char(o.placed_at AT TIME ZONE %(zone)s, 'YYYY-MM') END AS month,
           CASE WHEN c.status = 'known' THEN nullif(c.gender, '') END AS gender,
           CASE WHEN c.status = 'known' AND c.birth_date IS NOT NULL THEN
               least(%(oldest)s, greatest(%(youngest)s,
                     floor(date_part('year', age(%(today)s::date, c.birth_date)) / 10)::int * 10))
           END AS age,
           CASE WHEN c.status = 'known' THEN nullif(c.country, '') END AS country
    FROM commerce_orderline l
    JOIN commerce_order o ON o.customer_id = l.customer_id AND o.id = l.order_id AND o.is_counted
    JOIN customers_customer c ON c.id = l.customer_id
    LEFT JOIN rates r ON o.currency <> %(currency)s AND r.currency = o.currency
        AND (o.placed_at AT TIME ZONE %(zone)s)::date >= r."on" AND (o.placed_at AT TIME ZONE %(zone)s)::date < r.until
    WHERE l.sku <> '' AND o.placed_at <= %(now)s
), sets AS (
    SELECT sku, GROUPING(month, gender, age, country) AS about, month, gender, age, country,
           sum(quantity) AS units, sum(money) AS money, bool_or(money IS NULL) AS is_unrated, max(placed_at) AS last_at
    FROM sold GROUP BY GROUPING SETS ((sku), (sku, month), (sku, gender), (sku, age), (sku, country))
), counted AS (
    SELECT sku,
           max(units) FILTER (WHERE about = 15) AS units,
           coalesce(max(money) FILTER (WHERE about = 15), 0) AS revenue,
           bool_or(is_unrated) FILTER (WHERE about = 15) AS is_unrated,
           max(last_at) FILTER (WHERE about = 15) AS last_sold_at,
           coalesce(jsonb_object_agg(month, units) FILTER (WHERE about = 7 AND month IS NOT NULL), '{}') AS months,
           jsonb_build_object(
               'gender',
               coalesce(jsonb_object_agg(gender, units) FILTER (WHERE about = 11 AND gender IS NOT NULL), '{}'),
               'age', coalesce(jsonb_object_agg(age, units) FILTER (WHERE about = 13 AND age IS NOT NULL), '{}'),
               'country',
               coalesce(jsonb_object_agg(country, units) FILTER (WHERE about = 14 AND country IS NOT NULL), '{}')
           ) AS buyers
    FROM sets GROUP BY sku
), back AS (
    SELECT l.sku, sum(l.quantity) AS units FROM commerce_refundline l WHERE l.sku <> '' GROUP BY l.sku
), rated AS (
    SELECT r.sku, count(r.rating)::int AS reviews, avg(r.rating) AS rating
    FROM surveys_review r WHERE r.rating IS NOT NULL GROUP BY r.sku
)
INSERT INTO analytics_productfigures
    (id, sku, units, revenue, is_unrated, returned, last_sold_at, months, buyers, reviews, rating, counted_at)
SELECT gen_random_uuid(), sku, coalesce(s.units, 0), coalesce(s.revenue, 0),
       coalesce(s.is_unrated, false), coalesce(b.units, 0), s.last_sold_at, coalesce(s.months, '{}'),
       coalesce(s.buyers, '{}'), coalesce(t.reviews, 0), t.rating, %(now)s
FROM counted s FULL JOIN back b USING (sku) FULL JOIN rated t USING (sku)
ON CONFLICT (sku) DO UPDATE SET
    units = excluded.units, revenue = excluded.revenue, is_unrated = excluded.is_unrated, returned = excluded.returned,
    last_sold_at = excluded.last_sold_at, months = excluded.months, buyers = excluded.buyers,
    counted_at = excluded.counted_at
"""


def count(*, now: dt.datetime) -> int:
    """Count everything anew; returns how many products have figures. Does nothing (0) while another process counts."""
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    first = today.replace(day=1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            _COUNT,
            {
                "currency": settings.CDP_CURRENCY,
                "zone": settings.TIME_ZONE,
                "now": now,
                "today": today,
                "since": dt.datetime(first.year - 1, first.month, 1, tzinfo=ZoneInfo(settings.TIME_ZONE)),
                "youngest": YOUNGEST,
                "oldest": OLDEST,
            },
        )
        found = cursor.rowcount
        # A SKU whose every line is gone has nothing to tell any more.
        ProductFigures.objects.filter(counted_at__lt=now).delete()
    return found
