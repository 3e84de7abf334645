"""A purchase taken down at the counter, for shops whose till does not tell us itself, with its coupon."""

import base64
import hashlib
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cdp.core import receipts
from cdp.core.actors import Actor
from cdp.core.models import Source
from commerce.models import Order, Product
from commerce.rules import amounts, money, statuses
from commerce.rules.inputs import LineInput, OrderInput
from commerce.services import orders
from loyalty.models import Coupon
from loyalty.rules import benefit
from loyalty.rules import coupons as rules
from loyalty.selectors import coupons as reading
from loyalty.services import coupons

MOST_ARTICLES = 500
"""Pieces in one purchase. Nobody scans more by hand, and every order line is looked at."""
MOST_NAMED = 5


class UnableToSell(Exception):
    """The purchase cannot be written down; `field` is where the reason belongs."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


@dataclass(frozen=True, slots=True)
class Sale:
    """What somebody buys: an amount (before the coupon), articles by their number, or both, and the code of a coupon.
    `number` is the purchase's own, the same for the same form.
    """

    number: str
    amount: Decimal | None
    articles: Sequence[str]
    coupon: str = ""


@dataclass(frozen=True, slots=True)
class Sold:
    """The purchase as it stands, and what the coupon took off."""

    order: Order
    off: Decimal


def number_of(token: receipts.Token) -> str:
    """`C-261122-7F3A9KQ2`: short enough for a receipt. The day is the one on which the form was opened."""
    letters = base64.b32encode(hashlib.sha256(token.name.encode()).digest()[:5]).decode()
    return f"C-{timezone.localdate(token.shown_at):%y%m%d}-{letters}"


def take(*, customer: uuid.UUID, sale: Sale, source: Source, actor: Actor, at: datetime) -> Sold:
    """Write the purchase and redeem its coupon, both or neither. Raises UnableToSell."""
    lines = _lines(sale.articles, sale.amount)
    if sale.amount is None and not lines:
        raise UnableToSell("amount", _("Give an amount or an article."))
    worth = sale.amount if sale.amount is not None else amounts.total(amounts.line_amount(line) for line in lines)
    basket = benefit.Basket(worth, settings.CDP_CURRENCY)
    with transaction.atomic():
        coupon = _redeem(customer, sale, basket, source=source, actor=actor, at=at) if sale.coupon.strip() else None
        off = Decimal(0)
        if coupon is not None:
            off = rules.discount(reading.terms(coupon), basket, digits=money.decimals(basket.currency)) or off
        told = OrderInput(
            external_id=sale.number,
            placed_at=at,
            currency=basket.currency,
            status=statuses.FULFILLED,
            total=None if sale.amount is None else sale.amount - off,
            discount=off,
            coupon=rules.shown(rules.read(sale.coupon)) if coupon else "",
            channel="store",
            lines=lines,
        )
        try:
            order = orders.write(order=told, customer_id=customer, source=source, actor=actor, now=at).order
        except orders.UnableToWriteOrder as unable:
            raise UnableToSell("amount", unable.detail) from unable
        if coupon is not None:  # told once more with its order, so that the coupon knows what it paid for
            paid = coupons.Sale(basket, order=order, reference=sale.number)
            coupons.redeem(coupon=coupon, sale=paid, source=source, actor=actor, now=at)
    return Sold(order, off)


def _redeem(
    customer: uuid.UUID, sale: Sale, basket: benefit.Basket, *, source: Source, actor: Actor, at: datetime
) -> Coupon:
    """Before the order is written, because an order that names a code uses it whatever we would say."""
    found = reading.find(sale.coupon)
    if found is None:
        raise UnableToSell("coupon", _("There is no such coupon."))
    wanted = coupons.Sale(basket, customer_id=customer, reference=sale.number)
    try:
        return coupons.redeem(coupon=found, sale=wanted, source=source, actor=actor, now=at).coupon
    except coupons.UnableToRedeem as unable:
        raise UnableToSell("coupon", str(rules.REASONS[unable.reason])) from unable


def _lines(articles: Sequence[str], amount: Decimal | None) -> tuple[LineInput, ...]:
    if len(articles) > MOST_ARTICLES:
        told = {"n": len(articles), "most": MOST_ARTICLES}
        raise UnableToSell(
            "articles", _("These are %(n)s articles; one purchase takes %(most)s. Save it in parts.") % told
        )
    pieces = Counter(articles)
    known = {product.sku: product for product in Product.objects.filter(sku__in=pieces)}
    unknown = [sku for sku in pieces if sku not in known]
    if unknown:
        named = ", ".join(unknown[:MOST_NAMED]) + (" …" if len(unknown) > MOST_NAMED else "")
        raise UnableToSell("articles", _("There is no article %(sku)s.") % {"sku": named})
    found = []
    for sku, count in pieces.items():
        product = known[sku]
        if product.currency and product.price is not None and product.currency == settings.CDP_CURRENCY:
            price = product.price
        elif amount is None:
            raise UnableToSell("amount", _("%(sku)s has no price here; give the amount.") % {"sku": sku})
        else:
            price = Decimal(0)
        found.append(LineInput(Decimal(count), price, sku, product.name, product.category))
    return tuple(found)
