"""Figures of campaigns for lists and charts, each in one statement."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.db.models.functions import TruncDate

from campaigns.models import Message
from campaigns.selectors.results import CONVERSION_DAYS

_CONVERTED = """
SELECT sent.campaign_id, count(DISTINCT sent.customer_id) FROM campaigns_message sent
WHERE sent.campaign_id = ANY(%(campaigns)s) AND sent.state = 'sent' AND EXISTS (
    SELECT 1 FROM commerce_order o WHERE o.customer_id = sent.customer_id AND o.is_counted
        AND o.placed_at > sent.sent_at AND o.placed_at <= sent.sent_at + make_interval(days => %(days)s)
)
GROUP BY sent.campaign_id
"""


@dataclass
class Figures:
    """What became of one campaign so far."""

    waiting: int = 0
    sent: int = 0
    not_sent: int = 0
    failed: int = 0
    converted: int = 0


def figures(campaigns: Collection[uuid.UUID]) -> dict[uuid.UUID, Figures]:
    """Counts of messages of each of these campaigns, over all versions."""
    found = {campaign: Figures() for campaign in campaigns}
    rows = Message.objects.filter(campaign_id__in=list(campaigns)).values_list("campaign_id", "state")
    for campaign, state, count in rows.annotate(n=Count("id")).order_by():
        of = found[campaign]
        match state:
            case Message.State.SENT:
                of.sent = count
            case Message.State.SUPPRESSED:
                of.not_sent = count
            case Message.State.FAILED:
                of.failed = count
            case _:
                of.waiting += count
    with connection.cursor() as cursor:
        cursor.execute(_CONVERTED, {"campaigns": list(campaigns), "days": CONVERSION_DAYS})
        for campaign, count in cursor.fetchall():
            found[campaign].converted = count
    return found


def sent_by_day(campaign: uuid.UUID, *, now: dt.datetime, days: int) -> list[tuple[dt.date, int]]:
    """How many messages were sent on each of the last days in the shop's time zone, oldest first, empty days too."""
    zone = ZoneInfo(settings.TIME_ZONE)
    today = now.astimezone(zone).date()
    first = today - dt.timedelta(days=days - 1)
    rows = (
        Message.objects.filter(
            campaign_id=campaign, sent_at__gte=dt.datetime.combine(first, dt.time(), zone), state=Message.State.SENT
        )
        .values(day=TruncDate("sent_at", tzinfo=zone))
        .annotate(n=Count("id"))
        .values_list("day", "n")
        .order_by()
    )
    counts = dict(rows)
    every = [first + dt.timedelta(days=offset) for offset in range(days)]
    return [(day, counts.get(day, 0)) for day in every]
