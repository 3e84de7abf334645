"""Messages about points that end: whether there is still anything to tell of. The purses are asked, not the metrics."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from campaigns.models import Campaign, Message
from campaigns.rules.definition import PointsExpiring
from campaigns.selectors import definitions
from loyalty.selectors import endings

OCCURRENCE = "points-expiring:"
KEPT = "points_kept"
RULE = "house:points_kept"


def settled(messages: Mapping[Message, PointsExpiring], *, now: datetime) -> set[uuid.UUID]:
    """The ids of those of these messages whose person has spent what would end, or whose end has moved away."""
    found: set[uuid.UUID] = set()
    alike: dict[PointsExpiring, list[Message]] = defaultdict(list)
    for message, trigger in messages.items():
        alike[trigger].append(message)
    for trigger, some in alike.items():
        left = endings.of_many({message.customer_id for message in some}, at=now, days=trigger.days)
        for message in some:
            ending = left.get(message.customer_id)
            if ending is None or ending.amount < trigger.minimum:
                found.add(message.id)
    return found


def are_told_of() -> bool:
    """Whether a campaign that runs by itself tells people of points that end, so that nothing else has to."""
    active: Collection[Campaign] = Campaign.objects.filter(status=Campaign.Status.ACTIVE)
    triggers = (definitions.current(campaign).trigger for campaign in active)
    return any(isinstance(trigger, PointsExpiring) and trigger.clock == "live" for trigger in triggers)
