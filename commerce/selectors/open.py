"""What is open with a customer in this room, and how often they bought: for the counter and the phone."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext

from cdp.core.open_things import OpenThing
from commerce.models import Order
from commerce.rules import statuses

RECENT = timedelta(days=60)
MOST, ENOUGH = 5, 10
UNFINISHED = (statuses.PENDING, statuses.PAID)


def orders(lineage: Sequence[uuid.UUID]) -> list[OpenThing]:
    """Orders of late that are not paid or not delivered yet. What a till sold was handed over at once."""
    since = timezone.now() - RECENT
    found = Order.objects.filter(customer_id__in=list(lineage), placed_at__gte=since, status__in=UNFINISHED)
    return [
        OpenThing(
            title=gettext("Order %(number)s") % {"number": order.external_id},
            at=order.placed_at,
            icon="shopping-bag",
            note=gettext("not paid yet") if order.status == statuses.PENDING else gettext("not delivered yet"),
        )
        for order in found.exclude(channel="store").order_by("-placed_at", "-id")[:MOST]
    ]


def orders_count(lineage: Sequence[uuid.UUID]) -> int:
    """How many orders that count, ten at most."""
    counted = Order.objects.filter(customer_id__in=list(lineage), is_counted=True)
    return counted.order_by()[:ENOUGH].count()
