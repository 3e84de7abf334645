"""Who has purchases that nobody has looked at yet: told before there was a programme, or before a rate was known."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import connection

_BUYERS = """
SELECT o.customer_id FROM commerce_order o
WHERE o.customer_id > %(after)s AND o.placed_at >= %(since)s AND o.placed_at <= %(now)s AND o.is_counted
    AND (%(joins)s OR EXISTS (
        SELECT FROM loyalty_member m WHERE m.customer_id = o.customer_id AND m.left_at IS NULL))
    AND (o.currency IN (%(own)s, %(shop)s) OR EXISTS (
        SELECT FROM commerce_exchangerate r
        WHERE r.currency = o.currency AND r."on" <= (o.placed_at AT TIME ZONE %(zone)s)::date))
    AND NOT EXISTS (
        SELECT FROM loyalty_settled s
        WHERE s.customer_id = o.customer_id AND s.kind = 'order' AND s.fact_id = o.id)
GROUP BY 1 ORDER BY 1 LIMIT %(most)s
"""


def buyers(
    *, since: datetime, now: datetime, currency: str, joins: bool, after: uuid.UUID, most: int
) -> list[uuid.UUID]:
    """Customers with such a purchase from `since` on, page by page of ids: members, and where a first order makes one
    (`joins`) everybody. `currency` is the programme's. A purchase without a rate waits for one and is not meant.
    """
    values = {
        "since": since,
        "now": now,
        "own": currency,
        "shop": settings.CDP_CURRENCY,
        "zone": settings.TIME_ZONE,
        "joins": joins,
        "after": after,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BUYERS, values)
        return [row for (row,) in cursor.fetchall()]
