"""Some warranty cards, pre-orders and coupons for the sample shop, so that their pages have something to tell."""

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from cdp.core.actors import SYSTEM
from cdp.core.models import Source
from cdp.core.models.sources import SAMPLE
from cdp.sample import cards, rows, shop
from commerce.models import Order, PreOrder, Warranty
from commerce.services import preorders, warranties
from customers.models import Arrival
from customers.rules.people import Person
from customers.services import arrivals, identity
from loyalty.models import Coupon, Offer
from loyalty.rules.benefit import Basket
from loyalty.selectors import coupons as offers
from loyalty.selectors import undone
from loyalty.services import coupons

ON_THE_WAY = {
    PreOrder.State.CONFIRMED: ("confirmed",),
    PreOrder.State.READY: ("confirmed", "ready"),
    PreOrder.State.COLLECTED: ("confirmed", "ready", "collected"),
    PreOrder.State.CANCELLED: ("cancelled",),
}
PLACES = ("", "qr-counter", "kiosk")


def load(sample: shop.Shop, *, now: dt.datetime) -> int:
    """Write them for a generated shop whose people are in; how many. All of them or none, and once."""
    if Warranty.objects.filter(source=SAMPLE).exists():
        return 0
    source, _ = Source.objects.get_or_create(key=SAMPLE)
    with transaction.atomic():
        return _cards(sample, source, now) + _wishes(sample, source, now) + _coupons(sample, source, now)


def _owners(wanted: Iterable[int], source: Source) -> dict[int, uuid.UUID]:
    numbers = list(dict.fromkeys(wanted))
    found = identity.look_up([Person(external_id=rows.external_id(row)) for row in numbers], source=source)
    return {row: customer for row, customer in zip(numbers, found, strict=True) if customer}


def _cards(sample: shop.Shop, source: Source, now: dt.datetime) -> int:
    told = list(cards.cards(seed=sample.seed, customers=sample.customers, now=now))
    owners = _owners((card.row for card in told), source)
    for card in told:
        if card.row not in owners:
            continue
        written = warranties.register(
            customer=owners[card.row],
            card=warranties.Card(
                product=card.sku,
                bought_on=timezone.localdate(card.at - dt.timedelta(days=3)),
                serial=card.serial,
                place=card.place,
            ),
            source=SAMPLE,
            actor=SYSTEM,
            now=card.at,
        )
        _arrive(owners[card.row], Arrival.Form.WARRANTY, card.row, card.at)
        if card.fault:
            later = min(now, card.at + dt.timedelta(days=40))
            warranties.claim(warranty=written.id, text=card.fault, actor=SYSTEM, now=later)
            if card.outcome:
                later = min(now, later + dt.timedelta(days=2))
                warranties.close(warranty=written.id, outcome=card.outcome, actor=SYSTEM, now=later)
    return len(told)


def _wishes(sample: shop.Shop, source: Source, now: dt.datetime) -> int:
    told = list(cards.wishes(seed=sample.seed, customers=sample.customers, now=now))
    owners = _owners((wish.row for wish in told), source)
    for wish in told:
        if wish.row not in owners:
            continue
        placed = preorders.place(
            customer=owners[wish.row],
            wish=preorders.Wish(
                product=wish.sku,
                quantity=wish.quantity,
                wish_on=timezone.localdate(wish.at + dt.timedelta(days=wish.days_ahead)),
                way=PreOrder.Way.DELIVERY if wish.is_delivered else PreOrder.Way.PICKUP,
                address="99 Sukhumvit Road, Bangkok 10110" if wish.is_delivered else "",
                note=wish.note,
            ),
            source=SAMPLE,
            actor=SYSTEM,
            now=wish.at,
        )
        _arrive(owners[wish.row], Arrival.Form.PREORDER, wish.row, wish.at)
        for hours, state in enumerate(ON_THE_WAY.get(PreOrder.State(wish.state), ()), start=1):
            at = min(now, wish.at + dt.timedelta(hours=4 * hours))
            preorders.move(preorder=placed.id, state=state, actor=SYSTEM, now=at)
    return len(told)


def _coupons(sample: shop.Shop, source: Source, now: dt.datetime) -> int:
    """Coupons of people who signed up; those who have bought exactly once have used theirs."""
    offer = offers.offer(Offer.FIRST_ORDER)
    told = list(cards.signed_up(customers=sample.customers, now=now)) if offer else []
    owners = _owners((row for row, _at in told), source)
    for row, at in told:
        if row not in owners or offer is None:
            continue
        issued = coupons.issue(customer=owners[row], offer=offer, source=SAMPLE, actor=SYSTEM, now=at)
        _arrive(owners[row], Arrival.Form.SIGNUP, row, at)
        bought = list(undone.without(Order.objects.filter(customer_id=owners[row], is_counted=True))[:2])
        is_unused = Coupon.objects.filter(customer_id=owners[row], redeemed_at__isnull=False).exists() is False
        if issued and len(bought) == 1 and is_unused:
            sale = coupons.Sale(
                basket=Basket(bought[0].amount, bought[0].currency), order=bought[0], reference=bought[0].external_id
            )
            later = min(now, at + dt.timedelta(hours=20))
            coupons.redeem(coupon=issued.coupon, sale=sale, source=source, actor=SYSTEM, now=later)
    return len(told)


def _arrive(customer: uuid.UUID, form: str, row: int, at: dt.datetime) -> None:
    arrivals.note(
        customer=customer,
        form=form,
        place=PLACES[row % len(PLACES)],
        campaign={},
        language="",
        resolved_by=None,
        at=at,
    )
