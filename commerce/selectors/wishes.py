"""What a customer was about to buy and would like to have: for the page of one customer and the timeline."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext

from cdp.core import panels
from cdp.core.timeline import Entry, Question
from commerce.models import Cart, CartLine, Order, StockInterest, Wish
from commerce.rules import carts as rules
from commerce.rules import digests, money

SHOWN = 10
LOOKING = timedelta(days=90)
MOST_LOOKS = 1000


def keys_of(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """The keys of these customers' carts."""
    found = Cart.objects.filter(customer_id__in=customers).values_list("source", "tokens", "customer_id")
    return {digests.key(source, token): customer for source, tokens, customer in found for token in tokens}


def lines_of(carts: Sequence[Cart]) -> dict[uuid.UUID, list[CartLine]]:
    """The lines of these carts by cart; one query."""
    found: dict[uuid.UUID, list[CartLine]] = {cart.id: [] for cart in carts}
    if carts:
        owners, numbers = {cart.customer_id for cart in carts}, [cart.id for cart in carts]
        for line in CartLine.objects.filter(customer_id__in=owners, cart_id__in=numbers).order_by("id"):
            found[line.cart_id].append(line)
    return found


def wishes(customers: Sequence[uuid.UUID]) -> list[Wish]:
    """What is on the wish lists of a lineage now, newest first."""
    found = Wish.objects.filter(customer_id__in=customers, removed_at__isnull=True)
    return list(found.order_by("-added_at", "-id")[:SHOWN])


def interests(customers: Sequence[uuid.UUID]) -> list[StockInterest]:
    """What a lineage waits for, newest first."""
    found = StockInterest.objects.filter(customer_id__in=customers, ended_at__isnull=True)
    return list(found.order_by("-noted_at", "-id")[:SHOWN])


def waiting(*, customers: Sequence[uuid.UUID] | None = None, sku: str | None = None) -> QuerySet[StockInterest]:
    """Open interests of a lineage, in an article, or both; the caller pages."""
    found = StockInterest.objects.filter(ended_at__isnull=True)
    if customers is not None:
        found = found.filter(customer_id__in=customers)
    return found if sku is None else found.filter(sku=sku)


@dataclass(frozen=True, slots=True)
class Looked:
    """An article somebody looked at: how often, and when last."""

    sku: str
    name: str
    times: int
    at: datetime


def looked_at(customers: Sequence[uuid.UUID], *, now: datetime) -> list[Looked]:
    """What a lineage looked at most in the last LOOKING, the newest first where equally often.

    Read from the events themselves: they are kept by customer and time, and a view is no fact worth a second copy.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT v.sku, coalesce(max(p.name), ''), v.times, v.at FROM (
                SELECT coalesce(nullif(e.properties ->> 'sku', ''), e.properties ->> 'product_id') AS sku,
                       count(*) AS times, max(e.occurred_at) AS at
                FROM (
                    SELECT properties, occurred_at FROM events_event
                    WHERE customer_id = ANY(%s) AND occurred_at > %s AND kind = 'track'
                        AND lower(name) IN ('product viewed', 'viewed product')
                    ORDER BY occurred_at DESC LIMIT %s
                ) e GROUP BY 1
            ) v LEFT JOIN commerce_product p ON p.sku = v.sku
            WHERE v.sku IS NOT NULL AND v.sku <> '' GROUP BY v.sku, v.times, v.at
            ORDER BY v.times DESC, v.at DESC LIMIT %s
            """,
            [list(customers), now - LOOKING, MOST_LOOKS, SHOWN // 2],
        )
        return [Looked(sku, name or sku, times, at) for sku, name, times, at in cursor.fetchall()]


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """The newest open cart, the wishes, what somebody waits for and looks at; None where there is none of it."""
    found = Cart.objects.filter(customer_id__in=question.lineage, status=Cart.Status.OPEN).order_by("-told_at")
    cart = next((cart for cart, lines in _filled(list(found[:SHOWN])) if lines), None)
    wished, waited = wishes(question.lineage), interests(question.lineage)
    looked = looked_at(question.lineage, now=question.now)
    if cart is None and not wished and not waited and not looked:
        return None
    return {
        "cart": cart,
        "lines": lines_of([cart])[cart.id][:SHOWN] if cart else [],
        "is_left": cart is not None and rules.is_left(cart.status, told_at=cart.told_at, now=question.now),
        "has_total": cart is not None and cart.total is not None and bool(cart.currency),
        "wishes": wished,
        "interests": waited,
        "looked": looked,
    }


def carts_told(question: Question) -> list[Entry]:
    """Open carts, and those that were left behind and ordered after all; an ordinary order tells of itself."""
    found = Cart.objects.filter(customer_id__in=question.customers).exclude(status=Cart.Status.DELETED)
    found = found.exclude(status=Cart.Status.ORDERED, is_recovered=False)
    if question.before is not None:
        found = found.filter(told_at__lt=question.before)
    carts = list(found.order_by("-told_at", "-id")[: question.limit])
    numbers = dict(
        Order.objects.filter(
            customer_id__in=question.customers, id__in=[cart.order_id for cart in carts if cart.order_id]
        ).values_list("id", "external_id")
    )
    return [_entry(cart, lines, numbers) for cart, lines in _filled(carts) if lines]


def _entry(cart: Cart, lines: Sequence[CartLine], numbers: Mapping[uuid.UUID, str]) -> Entry:
    ordered = numbers.get(cart.order_id) if cart.order_id else None
    return Entry(
        id=str(cart.id),
        at=cart.told_at,
        kind="cart",
        title=gettext("Cart that became order %(number)s") % {"number": ordered} if ordered else gettext("Cart"),
        source=cart.source,
        icon="shopping-cart",
        data={
            "cart": str(cart.id),
            "status": cart.status,
            "is_recovered": cart.is_recovered,
            "amount": money.text(cart.total, cart.currency) if cart.total is not None and cart.currency else None,
            "currency": cart.currency,
            "lines": [
                {"sku": line.sku, "name": line.name, "quantity": money.quantity(line.quantity)}
                for line in lines[:SHOWN]
            ],
        },
    )


def wishes_told(question: Question) -> list[Entry]:
    """What was put on a wish list, and what is waited for, whether it still is or not."""
    wished = Wish.objects.filter(customer_id__in=question.customers)
    waited = StockInterest.objects.filter(customer_id__in=question.customers)
    if question.before is not None:
        wished, waited = wished.filter(added_at__lt=question.before), waited.filter(noted_at__lt=question.before)
    entries = [
        Entry(
            id=str(wish.id),
            at=wish.added_at,
            kind="wish",
            title=gettext("Wished for %(name)s") % {"name": wish.name or wish.sku},
            source=wish.source,
            icon="heart",
            data={
                "sku": wish.sku,
                "name": wish.name,
                "list": wish.list_name,
                "is_removed": wish.removed_at is not None,
            },
        )
        for wish in wished.order_by("-added_at", "-id")[: question.limit]
    ]
    entries += [
        Entry(
            id=str(one.id),
            at=one.noted_at,
            kind="wish",
            title=gettext("Waiting for %(name)s to be back in stock") % {"name": one.name or one.sku},
            source=one.source,
            icon="bell",
            data={"sku": one.sku, "name": one.name, "is_ended": one.ended_at is not None},
        )
        for one in waited.order_by("-noted_at", "-id")[: question.limit]
    ]
    return entries


def _filled(carts: Sequence[Cart]) -> list[tuple[Cart, list[CartLine]]]:
    lines = lines_of(carts)
    return [(cart, lines[cart.id]) for cart in carts]
