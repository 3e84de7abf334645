"""What is open with a customer in this room, and how often they bought: for the counter and the phone."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from cdp.core.open_things import OpenThing
from commerce.models import Order, PreOrder, Warranty
from commerce.rules import preorders as waiting
from commerce.rules import statuses
from commerce.selectors import preorders as reading
from commerce.selectors import warranties

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


def preorders(lineage: Sequence[uuid.UUID]) -> list[OpenThing]:
    """Pre-orders that were not handed over yet."""
    found = PreOrder.objects.filter(customer_id__in=list(lineage), state__in=waiting.OPEN)
    rows = reading.opened(list(found.order_by("-placed_at", "-id")[:MOST]), with_owners=False)
    return [
        OpenThing(
            title=f"{one.row.quantity} × {one.product}",
            at=one.row.placed_at,
            icon="clock-hour-4",
            note=f"{one.row.number} · {one.row.get_state_display()}",
            url=reverse("commerce:preorder-list"),
            day=one.row.wish_on,
        )
        for one in rows
    ]


def cards(lineage: Sequence[uuid.UUID]) -> list[OpenThing]:
    """Warranties that hold today or are claimed."""
    today = timezone.localdate()
    found = Warranty.objects.filter(customer_id__in=list(lineage)).order_by("-registered_at", "-id")
    rows = [row for row in found[:20] if row.ends_on >= today or row.state == Warranty.State.CLAIMED][:MOST]
    return [
        OpenThing(
            title=gettext("Warranty: %(product)s") % {"product": card.product},
            at=card.row.registered_at,
            icon="certificate",
            note=card.row.get_state_display() if card.row.state == Warranty.State.CLAIMED else "",
            url=reverse("commerce:warranty-detail", args=[card.row.id]),
            day=card.row.ends_on,
        )
        for card in warranties.opened(rows, today=today, with_owners=False)
    ]
