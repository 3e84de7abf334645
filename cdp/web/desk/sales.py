"""A purchase taken down at the counter, for shops whose till does not tell us itself, with what pays for it: a coupon,
points and store credit.
"""

import base64
import hashlib
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cdp.core import receipts
from cdp.core.actors import Actor
from cdp.core.models import Source
from cdp.web import formats
from cdp.web.desk import earnings, prizes
from cdp.web.desk.earnings import Effect
from commerce.models import Order, Product
from commerce.rules import amounts, money, statuses
from commerce.rules.inputs import LineInput, OrderInput
from commerce.services import orders
from customers.selectors import lineage
from loyalty.models import Coupon, WalletType
from loyalty.rules import benefit, paying
from loyalty.rules import coupons as rules
from loyalty.rules.earning import Line, allotted
from loyalty.rules.fraction import Fraction
from loyalty.rules.paying import Bill
from loyalty.rules.programme import MAIN, Wallets
from loyalty.rules.spending import Refusal, Refused
from loyalty.selectors import accounts, versions
from loyalty.selectors import coupons as reading
from loyalty.services import coupons, holds
from loyalty.services.tills import Asked

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
    """What somebody buys: an amount (before anything comes off), articles by their number, or both; the code of a
    coupon, how many points they spend, how much of their credit, and the key of a reward that they take. `number` is
    the purchase's own, the same for the same form.
    """

    number: str
    amount: Decimal | None
    articles: Sequence[str]
    coupon: str = ""
    points: Decimal | None = None
    credit: Decimal | None = None
    reward: str = ""


@dataclass(frozen=True, slots=True)
class Sold:
    """The purchase as it stands, what paid for it, and what it brought."""

    order: Order
    bill: Bill
    effect: Effect = field(default_factory=Effect)


class _TakenBack(Exception):
    """What was only tried is undone."""


def number_of(token: receipts.Token) -> str:
    """`C-261122-7F3A9KQ2`: short enough for a receipt. The day is the one on which the form was opened."""
    letters = base64.b32encode(hashlib.sha256(token.name.encode()).digest()[:5]).decode()
    return f"C-{timezone.localdate(token.shown_at):%y%m%d}-{letters}"


def try_out(*, customer: uuid.UUID, sale: Sale, source: Source, actor: Actor, at: datetime) -> Sold:
    """What the purchase would come to and bring: it is written like any other and taken back at once, so that what is
    shown before is what happens then. Raises UnableToSell.
    """
    with suppress(_TakenBack), transaction.atomic():
        sold = take(customer=customer, sale=sale, source=source, actor=actor, at=at)
        raise _TakenBack
    return sold


def take(*, customer: uuid.UUID, sale: Sale, source: Source, actor: Actor, at: datetime) -> Sold:
    """Write the purchase, redeem what pays for it and book what it brings: all or nothing. Raises UnableToSell."""
    lines = _lines(sale.articles, sale.amount)
    if sale.amount is None and not lines:
        raise UnableToSell("amount", _("Give an amount or an article."))
    worth = sale.amount if sale.amount is not None else amounts.total(amounts.line_amount(line) for line in lines)
    basket = benefit.Basket(worth, settings.CDP_CURRENCY, _told(lines))
    with transaction.atomic():
        coupon = _redeem(customer, sale, basket, source=source, actor=actor, at=at) if sale.coupon.strip() else None
        off = Decimal(0)
        if coupon is not None:
            off = rules.discount(reading.terms(coupon), basket, digits=money.decimals(basket.currency)) or off
        asked = Asked(customer, actor, at, source.key, reference=sale.number)
        bill = Bill(worth, off)
        if sale.reward:
            bill = replace(bill, reward=_reward(asked, sale, basket, most=worth - off))
        bill = _pay(asked, sale, bill)
        told = OrderInput(
            external_id=sale.number,
            placed_at=at,
            currency=basket.currency,
            status=statuses.FULFILLED,
            total=None if sale.amount is None else bill.total,
            discount=bill.off,
            coupon=rules.shown(rules.read(sale.coupon)) if coupon else "",
            channel="store",
            # What costs nothing any more was bought all the same.
            lines=lines or (() if bill.total else (LineInput(Decimal(1), worth),)),
        )
        try:
            order = orders.write(order=told, customer_id=customer, source=source, actor=actor, now=at).order
        except orders.UnableToWriteOrder as unable:
            raise UnableToSell("amount", unable.detail) from unable
        if coupon is not None:  # told once more with its order, so that the coupon knows what it paid for
            paid = coupons.Sale(basket, order=order, reference=sale.number)
            coupons.redeem(coupon=coupon, sale=paid, source=source, actor=actor, now=at)
        return Sold(order, bill, earnings.book(customer, order.id, at=at))


def _told(lines: Sequence[LineInput]) -> list[Line]:
    """Lines as those who judge a basket take them."""
    return [Line(line.sku, line.category, line.quantity, amounts.line_amount(line)) for line in lines]


def _pay(asked: Asked, sale: Sale, bill: Bill) -> Bill:
    """Redeem the points and the credit that pay for a purchase whose coupon is off already. Raises UnableToSell."""
    if sale.points:
        try:
            how = priced(asked.now)
            paying.check_points(sale.points, bill.total, how)
            holds.redeem(asked, sale.points, basket=bill.total)
        except Refused as refused:
            raise UnableToSell("points", refused.words) from refused
        off = paying.worth(sale.points, how, digits=money.decimals(settings.CDP_CURRENCY))
        bill = replace(bill, points=sale.points, for_points=off)
    if sale.credit:
        if sale.credit > bill.total:
            raise UnableToSell("credit", _("This is more than there is to pay."))
        _use_credit(asked, sale.credit)
        bill = replace(bill, credit=sale.credit)
    return bill


def _reward(asked: Asked, sale: Sale, basket: benefit.Basket, *, most: Decimal) -> Decimal:
    """Take a reward with the purchase; what comes off it. Raises UnableToSell."""
    try:
        off = prizes.off(sale.reward, basket)
        prizes.take(asked, sale.reward, number=sale.number)
    except (prizes.UnableToTake, Refused) as unable:
        raise UnableToSell("reward", unable.words) from unable
    return min(off, most)


def _use_credit(asked: Asked, wanted: Decimal) -> None:
    """Out of every wallet that holds money of the shop's currency, in the order of their keys."""
    kept = [
        one
        for one in accounts.standings(lineage.get(asked.customer).customer.id, at=asked.now)
        if one.wallet.kind == WalletType.Kind.CREDIT and one.wallet.currency == settings.CDP_CURRENCY
    ]
    left = wanted
    for one in kept:
        part = min(left, one.available)
        if part > 0:
            try:
                holds.redeem(replace(asked, wallet=one.wallet.key), part)
            except Refused as refused:
                if refused.reason is not Refusal.INSUFFICIENT:
                    raise UnableToSell("credit", refused.words) from refused
            else:
                left -= part
    if left > 0:
        there = formats.money(sum((one.available for one in kept), Decimal(0)), settings.CDP_CURRENCY)
        raise UnableToSell(
            "credit", _("There is less credit than that: %(available)s can be spent.") % {"available": there}
        )


def priced(at: datetime) -> Wallets:
    """How points are kept today, with their price where it is one in the shop's own currency."""
    version = versions.in_force(at)
    if version is None or version.programme.currency != settings.CDP_CURRENCY:
        return Wallets()
    return version.programme.wallet(MAIN)


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
    found, unpriced = [], set()
    for sku, count in pieces.items():
        product = known[sku]
        price = Decimal(0)
        if product.currency and product.price is not None and product.currency == settings.CDP_CURRENCY:
            price = product.price
        elif amount is None:
            raise UnableToSell("amount", _("%(sku)s has no price here; give the amount.") % {"sku": sku})
        else:
            unpriced.add(sku)
        found.append(LineInput(Decimal(count), price, sku, product.name, product.category))
    return tuple(found if amount is None else _fitted(found, amount, unpriced))


def _fitted(lines: Sequence[LineInput], amount: Decimal, unpriced: Collection[str]) -> Iterable[LineInput]:
    """Lines that come to the amount that was typed: what is not priced gets what the others leave, by pieces; where
    nothing is left for them, or all are priced otherwise, each gets its share. What an article cost is what points are
    earned by, and what goes back when it comes back.
    """
    own = [line.quantity * line.unit_price for line in lines]
    rest = amount - sum(own, Decimal(0))
    if not lines or not rest:
        return lines
    shares = own if any(own) else [line.quantity for line in lines]
    kept = [Decimal(0) for _line in lines]
    if unpriced and rest > 0:
        kept, shares = own, [line.quantity if line.sku in unpriced else Decimal(0) for line in lines]
    digits = money.decimals(settings.CDP_CURRENCY)
    parts = allotted(amount - sum(kept, Decimal(0)), [Fraction(share) for share in shares], digits=digits)
    return [
        replace(line, unit_price=((was + part) / line.quantity).quantize(Decimal("0.0001")), amount=was + part)
        for line, was, part in zip(lines, kept, parts, strict=True)
    ]
