"""Telling other systems who entered and left segments; costs one look where nobody subscribed to it."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from analytics.models import Segment
from cdp.core import webhooks

ENTERED, LEFT = "segment.entered", "segment.left"
PORTION = 5000
_RUN = """
SELECT id, customer_id, entered FROM analytics_segmentchange
WHERE segment_id = %(segment)s AND at = %(now)s AND id > %(after)s AND id <= %(last)s
ORDER BY id LIMIT %(limit)s
"""


def tell_run(segment: Segment, run: Mapping[str, Any]) -> None:
    """What a run over everybody has just written (`membership._run`), a portion at a time; in its transaction."""
    if not (webhooks.wanted(ENTERED) or webhooks.wanted(LEFT)):
        return
    # Ids of a run begin with its head, so the changes of this one stand together whatever else was written since.
    after, last = (uuid.UUID(run["head"] + end) for end in ("0000-000000000000", "ffff-ffffffffffff"))
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_RUN, {**run, "after": after, "last": last, "limit": PORTION})
            rows = cursor.fetchall()
        if not rows:
            return
        for event, entered in ((ENTERED, True), (LEFT, False)):
            tell(event, [(segment.id, customer) for _id, customer, came in rows if came is entered], at=run["now"])
        after = rows[-1][0]


def tell(event: str, pairs: Collection[tuple[uuid.UUID, uuid.UUID]], *, at: datetime) -> None:
    """Publish that these (segment, customer) came or went, in one statement."""
    if not pairs or not webhooks.wanted(event):
        return
    keys = dict(Segment.objects.filter(id__in={segment for segment, _customer in pairs}).values_list("id", "key"))
    webhooks.publish_many(
        event, [webhooks.Fact(customer, at, {"segment": keys[segment]}) for segment, customer in pairs]
    )
