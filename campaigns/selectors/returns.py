"""Who has come back: an order since what set a win-back off. The facts are asked, not the metrics that follow them."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.models import Message

CAME_BACK = "came_back"
RULE = "house:came_back"

# For rows `who` with customer_id and occurrence. For inactivity the occurrence names the last order known then; who
# never ordered has come back with any order. An order told late counts by its own time; one that is dated after
# `now` is not asked about. Other occurrences are not about orders.
ORDERED_SINCE = """
({who}.occurrence LIKE 'inactive:%%' OR {who}.occurrence LIKE 'never-ordered:%%') AND EXISTS (
    SELECT 1 FROM commerce_order back WHERE back.customer_id = {who}.customer_id AND back.is_counted
        AND back.placed_at <= %(now)s AND back.placed_at > CASE WHEN {who}.occurrence LIKE 'inactive:%%'
            THEN substr({who}.occurrence, 10)::timestamptz ELSE '-infinity' END
)
"""

# Campaigns on a manual clock are asked about a moment of their own, often in the past: orders since are no return.
_BACK = f"""
SELECT m.id FROM campaigns_message m
JOIN campaigns_campaignversion v ON v.campaign_id = m.campaign_id AND v.number = m.version
WHERE m.customer_id = ANY(%(customers)s) AND m.id = ANY(%(messages)s)
    AND COALESCE(v.trigger ->> 'clock', 'live') = 'live' AND {ORDERED_SINCE.format(who="m")}
"""  # noqa: S608  (only constants of this module)


def among(messages: Collection[Message], *, now: datetime) -> set[uuid.UUID]:
    """The ids of those of these messages whose person needs no winning back any more, in one statement."""
    params: dict[str, Any] = {
        "customers": list({message.customer_id for message in messages}),
        "messages": [message.id for message in messages],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BACK, params)
        return {found for (found,) in cursor.fetchall()}
