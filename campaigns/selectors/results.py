"""What became of a campaign, counted from its rows."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from campaigns.models import Message, MessageEvent

CONVERSION_DAYS = 7

_CONVERTED = """
SELECT count(DISTINCT sent.customer_id) FROM campaigns_message sent
WHERE sent.campaign_id = %(campaign)s AND sent.state = 'sent' AND EXISTS (
    SELECT 1 FROM commerce_order o WHERE o.customer_id = sent.customer_id AND o.is_counted
        AND o.placed_at > sent.sent_at AND o.placed_at <= sent.sent_at + make_interval(days => %(days)s)
)
"""

# Who took the permission back by the link of a message, soon after they had one of this campaign.
_UNSUBSCRIBED = """
SELECT count(DISTINCT sent.customer_id) FROM campaigns_message sent
JOIN campaigns_campaign c ON c.id = sent.campaign_id
WHERE sent.campaign_id = %(campaign)s AND sent.state = 'sent' AND EXISTS (
    SELECT 1 FROM consent_consentrecord r WHERE r.customer_id = sent.customer_id AND r.purpose = c.purpose
        AND r.channel IN (sent.channel, 'any') AND r.status = 'withdrawn' AND r.method = 'unsubscribe'
        AND r.at > sent.sent_at AND r.at <= sent.sent_at + make_interval(days => %(days)s)
)
"""


@dataclass(frozen=True)
class Results:
    """Counts of messages over all versions.

    `eligible` met trigger and audience; `planned` of them were not suppressed when planned. `suppressed` are all that
    were not sent, by reason; `suppressed_later` those of them that had been planned. So
    eligible = planned + suppressed - suppressed_later, and planned = waiting + sent + failed + suppressed_later.
    `opened` and `clicked` are messages with such an event; `converted` are customers who ordered within seven days
    after a message, `unsubscribed` those who used its unsubscribe link in that time.
    """

    eligible: int
    planned: int
    waiting: int
    sent: int
    failed: int
    opened: int
    clicked: int
    converted: int
    unsubscribed: int
    suppressed: dict[str, int]
    suppressed_later: dict[str, int]
    last_planned_at: datetime | None
    last_sent_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """As REST answers it."""
        return {
            "eligible": self.eligible,
            "planned": self.planned,
            "suppressed": self.suppressed,
            "suppressed_later": self.suppressed_later,
            "waiting": self.waiting,
            "sent": self.sent,
            "failed": self.failed,
            "opened": self.opened,
            "clicked": self.clicked,
            "converted": self.converted,
            "unsubscribed": self.unsubscribed,
            "conversion_window_days": CONVERSION_DAYS,
        }


def of(campaign: uuid.UUID) -> Results:
    """The results now."""
    messages = Message.objects.filter(campaign_id=campaign)
    states = dict(messages.values_list("state").annotate(n=Count("id")).order_by())
    suppressed = dict(
        messages.filter(state=Message.State.SUPPRESSED).values_list("reason").annotate(n=Count("id")).order_by("reason")
    )
    events = MessageEvent.objects.filter(campaign_id=campaign)
    later = dict(events.filter(kind="suppressed").values_list("detail").annotate(n=Count("id")).order_by("detail"))
    reactions = events.aggregate(
        opened=Count("message_id", distinct=True, filter=Q(kind="opened")),
        clicked=Count("message_id", distinct=True, filter=Q(kind="clicked")),
    )
    eligible = sum(states.values())
    with connection.cursor() as cursor:
        cursor.execute(_CONVERTED, {"campaign": campaign, "days": CONVERSION_DAYS})
        converted = cursor.fetchone()[0]
        cursor.execute(_UNSUBSCRIBED, {"campaign": campaign, "days": CONVERSION_DAYS})
        unsubscribed = cursor.fetchone()[0]
    newest = messages.order_by("-planned_at").values_list("planned_at", flat=True).first()
    last_sent = messages.filter(sent_at__isnull=False).order_by("-sent_at").values_list("sent_at", flat=True).first()
    return Results(
        eligible=eligible,
        planned=eligible - sum(suppressed.values()) + sum(later.values()),
        waiting=states.get(Message.State.PLANNED, 0) + states.get(Message.State.SENDING, 0),
        sent=states.get(Message.State.SENT, 0),
        failed=states.get(Message.State.FAILED, 0),
        opened=reactions["opened"],
        clicked=reactions["clicked"],
        converted=converted,
        unsubscribed=unsubscribed,
        suppressed=suppressed,
        suppressed_later=later,
        last_planned_at=newest,
        last_sent_at=last_sent,
    )
