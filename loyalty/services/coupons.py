"""Coupons: issued to one person, redeemed once, by a till or by the order that names the code.

Whoever redeems locks the customer's row first: two tills with two codes of one person take turns, and the second one
sees that the first order is being paid for.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cdp.core import audit, copying, ids, pipeline
from cdp.core.actors import SYSTEM, Actor
from cdp.core.crypto import subjects
from cdp.core.models import Source
from commerce.models import Order
from commerce.rules import money
from customers.rules.people import Person
from customers.selectors import lineage
from customers.services import identity, standing
from loyalty.models import Coupon, CouponKey, Offer
from loyalty.rules import benefit as giving
from loyalty.rules import coupons as rules
from loyalty.rules.benefit import Basket, Benefit
from loyalty.selectors import accounts, undone
from loyalty.selectors import coupons as reading


class UnableToRedeem(Exception):
    """The coupon is not taken; `reason` says why."""

    def __init__(self, reason: rules.Refusal) -> None:
        super().__init__(str(reason))
        self.reason = reason


class UnknownBuyer(Exception):
    """Neither a buyer nor an order was named that we know."""


@dataclass(frozen=True, slots=True)
class Sale:
    """What a coupon is redeemed for. `reference` is the till's own number of the sale: told again, it changes nothing.

    The buyer is a customer's id, a person to be recognised, or whoever placed `order`.
    """

    basket: Basket
    buyer: Person | None = None
    customer_id: uuid.UUID | None = None
    order: Order | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The coupon as it is now, and whether this sale had redeemed it before."""

    coupon: Coupon
    is_repeated: bool


@dataclass(frozen=True, slots=True)
class Promise:
    """What a coupon is issued for: see `Coupon`."""

    offer: str
    benefit: Benefit
    until: datetime
    reason: str = ""
    details: Mapping[str, Any] | None = None
    given_for: uuid.UUID | None = None
    is_first_order: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """A coupon with its code in clear."""

    coupon: Coupon
    code: str


def issue(
    *,
    customer: uuid.UUID,
    offer: Offer,
    source: str,
    actor: Actor,
    now: datetime,
    resolved_by: bytes | None = None,
    benefit: Benefit | None = None,
    details: Mapping[str, Any] | None = None,
    until: datetime | None = None,
) -> Issued | None:
    """Give a customer a code of that offer; None for somebody who is no longer there.

    It is good until the end of the last day in the shop's zone, or until `until`. `benefit` is what it gives where the
    offer leaves something to the person (their favourite article), `details` what of theirs was the reason.
    """
    promise = Promise(
        offer.key,
        benefit or offer.gives,
        until or end(offer.valid_days, now),
        reason=offer.why,
        details=details,
        is_first_order=offer.why == Offer.Why.FIRST_ORDER,
    )
    return promised(customer=customer, promise=promise, source=source, actor=actor, now=now, resolved_by=resolved_by)


def promised(
    *,
    customer: uuid.UUID,
    promise: Promise,
    source: str,
    actor: Actor,
    now: datetime,
    resolved_by: bytes | None = None,
) -> Issued | None:
    """Give a customer a code for what was promised; None for somebody who is no longer there. Works inside the
    caller's transaction as well.
    """
    with transaction.atomic():
        owner = standing.hold([customer]).get(customer)
        if owner is None:
            return None
        code = rules.new_code()
        while reading.find(code) is not None:
            code = rules.new_code()
        row, digest = ids.uuid7(), reading.digest(rules.read(code))
        coupon = Coupon.objects.create(
            id=row,
            customer_id=owner,
            offer=promise.offer,
            code=subjects.load([owner]).seal(code, customer=owner, table=reading.TABLE, column="code", row=row),
            code_digest=digest,
            benefit=giving.written(promise.benefit),
            is_first_order=promise.is_first_order,
            reason=promise.reason,
            details=dict(promise.details) if promise.details else None,
            given_for=promise.given_for,
            source=source,
            issued_at=now,
            valid_until=promise.until,
            resolved_by=resolved_by,
        )
        CouponKey.objects.create(digest=digest, customer_id=owner, coupon_id=row)
        audit.record(
            audit.Action.COUPON_ISSUED,
            actor=actor,
            at=now,
            customer=owner,
            subject=row,
            details={"offer": promise.offer},
        )
        pipeline.mark([owner], cause="loyalty.coupon")
    return Issued(coupon, code)


def welcome(
    *,
    customer: uuid.UUID,
    offer: Offer,
    source: str,
    actor: Actor,
    now: datetime,
    resolved_by: bytes | None = None,
) -> Issued | None:
    """The coupon that signing up brings: one for each person and what the offer is worth, however often anybody types
    their address. Again it is the same code, good for as long as a new one; a used one is shown like that, too, and
    stays used: the answer tells nobody what is known (ADR 16). None for somebody who is no longer there.
    """
    with transaction.atomic():
        owner = standing.hold([customer]).get(customer)
        if owner is None:
            return None
        standing.queue([owner])
        people = lineage.of(owner)
        row = (
            Coupon.objects.select_for_update()
            .filter(
                customer_id__in=people,
                offer=offer.key,
                benefit=giving.written(offer.gives),
                voided_at=None,
            )
            .order_by("issued_at", "id")
            .first()
        )
        code = reading.code_of(row, subjects.load(people)) if row else ""
        if row is None or not code:
            return issue(customer=owner, offer=offer, source=source, actor=actor, now=now, resolved_by=resolved_by)
        row.valid_until = end(offer.valid_days, now)
        if row.redeemed_at is None:
            row.save(update_fields=["valid_until"])
            audit.record(
                audit.Action.COUPON_ISSUED,
                actor=actor,
                at=now,
                customer=owner,
                subject=row.id,
                details={"offer": offer.key, "again": True},
            )
            pipeline.mark([owner], cause="loyalty.coupon")
    return Issued(row, code)


def end(days: int, now: datetime) -> datetime:
    """When a coupon that is good for so many days is good no more: the end of the last one, in the shop's zone."""
    return timezone.make_aware(datetime.combine(timezone.localdate(now) + timedelta(days=days + 1), time()))


def redeem(*, coupon: Coupon, sale: Sale, source: Source, actor: Actor, now: datetime) -> Redeemed:
    """Take a coupon for a sale, once. Of two tills at the same moment one wins.

    Raises UnableToRedeem with the reason, and UnknownBuyer.
    """
    buyer = buyer_of(sale, source)
    with transaction.atomic():
        owner = coupon.customer_id
        standing.hold([owner])
        standing.queue([owner])
        row = Coupon.objects.select_for_update().filter(customer_id=owner, id=coupon.id).first()
        if row is None:  # its customer was erased, or merged between the caller's look and ours
            raise UnableToRedeem(rules.Refusal.OTHER_PERSON)
        if row.redeemed_at is not None and _is_same_sale(row, sale, source):
            if row.order_id is None and sale.order is not None:  # its order was written after it
                row.order_id = sale.order.id
                row.save(update_fields=["order_id"])
            return Redeemed(row, is_repeated=True)
        reason = _obstacle(row, sale, source, now, is_owner=buyer == owner)
        if reason is not None:
            raise UnableToRedeem(reason)
        row.off = rules.discount(reading.terms(row), sale.basket, digits=money.decimals(sale.basket.currency))
        _take(row, order=sale.order.id if sale.order else None, reference=sale.reference, by=source.key, now=now)
        audit.record(
            audit.Action.COUPON_REDEEMED,
            actor=actor,
            at=now,
            customer=owner,
            subject=row.id,
            details={"offer": row.offer, "order": str(row.order_id or "")},
        )
        pipeline.mark([owner], cause="loyalty.coupon")
    return Redeemed(row, is_repeated=False)


def obstacle(*, coupon: Coupon, sale: Sale, source: Source, now: datetime) -> rules.Refusal | None:
    """Why `redeem` would refuse it; nothing is locked. Without a buyer it is its own customer."""
    try:
        is_owner = buyer_of(sale, source) == coupon.customer_id
    except UnknownBuyer:
        is_owner = True
    return _obstacle(coupon, sale, source, now, is_owner=is_owner)


def _obstacle(row: Coupon, sale: Sale, source: Source, now: datetime, *, is_owner: bool) -> rules.Refusal | None:
    if sale.reference and row.reversed_reference in _marks(source.key, sale.reference):
        return rules.Refusal.REVERSED
    if sale.order is not None and undone.is_undone(sale.order):
        return rules.Refusal.REVERSED
    return rules.refusal(
        reading.terms(row),
        basket=sale.basket,
        at=now,
        is_used=row.redeemed_at is not None,
        is_void=row.voided_at is not None,
        is_owner=is_owner,
        has_ordered=row.is_first_order and _has_ordered(row, sale, source),
    )


def reverse(*, coupon: Coupon, reference: str, source: Source, actor: Actor, now: datetime) -> Redeemed:
    """Take a use back by the sale's number: the coupon can be used again, for another sale, until its day. Told again
    it is the same. Raises UnableToRedeem.
    """
    with transaction.atomic():
        owner = coupon.customer_id
        standing.hold([owner])
        standing.queue([owner])
        row = Coupon.objects.select_for_update().filter(customer_id=owner, id=coupon.id).first()
        if row is None:
            raise UnableToRedeem(rules.Refusal.NOT_USED)
        if row.redeemed_at is None and row.reversed_reference in _marks(source.key, reference):
            return Redeemed(row, is_repeated=True)
        if row.redeemed_at is None or (row.reference, row.redeemed_by) != (reference, source.key):
            raise UnableToRedeem(rules.Refusal.NOT_USED)
        _give_back(row, _sale(source.key, reference), actor=actor, now=now)
        pipeline.mark([owner], cause="loyalty.coupon")
    return Redeemed(row, is_repeated=False)


def _give_back(row: Coupon, mark: str, *, actor: Actor, now: datetime) -> None:
    order = row.order_id
    row.off = None
    _take(row, order=None, reference="", by="", now=None)
    row.reversed_at, row.reversed_reference = now, mark
    row.save(update_fields=["reversed_at", "reversed_reference", "valid_until"])
    audit.record(
        audit.Action.COUPON_REVERSED,
        actor=actor,
        at=now,
        customer=row.customer_id,
        subject=row.id,
        details={"offer": row.offer, "order": str(order or "")},
    )


def void(*, given_for: uuid.UUID, people: Sequence[uuid.UUID], actor: Actor, now: datetime) -> Coupon | None:
    """Take the unused coupon away that was given for that redemption. The caller holds these people (all who are one).

    None where none was given. Raises UnableToRedeem where it has been used.
    """
    rows = Coupon.objects.select_for_update().filter(customer_id__in=people, given_for=given_for)
    row = rows.order_by("customer_id", "id").first()
    if row is None or row.voided_at is not None:
        return row
    if row.redeemed_at is not None:
        raise UnableToRedeem(rules.Refusal.USED)
    row.voided_at = now
    row.save(update_fields=["voided_at"])
    audit.record(
        audit.Action.COUPON_VOIDED,
        actor=actor,
        at=now,
        customer=row.customer_id,
        subject=row.id,
        details={"offer": row.offer},
    )
    return row


def _sale(source: str, reference: str) -> str:
    """One source's number of a sale, as one text that fits its column."""
    return hashlib.sha256(f"{source}\0{reference}".encode()).hexdigest()


def _undone(source: str, reference: str) -> str:
    """The same where nobody took the use back, but the order came to nothing: should that stand again, it uses it."""
    return hashlib.sha256(f"undone\0{source}\0{reference}".encode()).hexdigest()


def _marks(source: str, reference: str) -> set[str]:
    return {_sale(source, reference), _undone(source, reference)}


def buyer_of(sale: Sale, source: Source) -> uuid.UUID | None:
    """Who pays, as the id that stands for them today; None for a person nobody knows. Raises UnknownBuyer."""
    if sale.order is not None:
        named = sale.order.customer_id
    elif sale.customer_id is not None:
        named = sale.customer_id
    elif sale.buyer is not None and sale.buyer.is_identified:
        found = identity.find(sale.buyer, source)
        if not found:
            return None
        named = found[0]
    else:
        raise UnknownBuyer
    return lineage.standing([named]).get(named)


def _is_same_sale(row: Coupon, sale: Sale, source: Source) -> bool:
    if sale.order is not None and row.order_id == sale.order.id:
        return True
    return bool(sale.reference) and row.reference == sale.reference and row.redeemed_by == source.key


def _has_ordered(row: Coupon, sale: Sale, source: Source) -> bool:
    """Whether the owner has bought before this sale, or has used another coupon for a first order. What went back as a
    whole was no first order: its coupon came back with it.
    """
    people = lineage.of(row.customer_id)
    orders = undone.without(Order.objects.filter(customer_id__in=people, is_counted=True))
    if sale.order is not None:
        orders = orders.exclude(id=sale.order.id)
    if sale.reference:
        orders = orders.exclude(source=source.key, external_id=sale.reference)
    used = Coupon.objects.filter(customer_id__in=people, is_first_order=True, redeemed_at__isnull=False)
    return orders.exists() or used.exclude(id=row.id).exists()


def _take(row: Coupon, *, order: uuid.UUID | None, reference: str, by: str, now: datetime | None) -> None:
    row.redeemed_at, row.redeemed_by, row.order_id, row.reference = now, by, order, reference
    row.save(update_fields=["redeemed_at", "redeemed_by", "off", "order_id", "reference"])


def settle(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Orders that name a code redeem the coupon: the store took it, whatever we would have said. One that was cancelled
    or went back as a whole gives it back, where the programme says so. May run twice.

    A step of the pipeline, and what the order room calls as it writes such orders. One statement finds the orders of
    those who have an open coupon, one those whose coupon paid for nothing; almost nobody has one. An order may be dated
    a day before its coupon: stores have clocks of their own.
    """
    _join_orders(customers)
    if accounts.refunds(now).coupons:
        _settle_back(customers, now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT c.id, c.customer_id, c.code_digest, o.id, o.coupon, o.source, o.external_id, o.placed_at,
                c.reversed_reference
            FROM loyalty_coupon c
            JOIN commerce_order o ON o.customer_id = c.customer_id
                AND o.coupon <> '' AND o.placed_at >= c.issued_at - interval '1 day'
            WHERE c.customer_id = ANY(%s::uuid[]) AND c.redeemed_at IS NULL AND c.voided_at IS NULL AND o.is_counted
                AND NOT {undone.CONDITION}
            ORDER BY c.customer_id, o.placed_at, o.id
            """,  # noqa: S608  (a condition of ours)
            [copying.array(list(customers))],
        )
        found = cursor.fetchall()
    for coupon, customer, digest, order, code, source, number, placed_at, reversed_for in found:
        plain = rules.read(code)
        if not plain or reading.digest(plain) != bytes(digest) or reversed_for == _sale(source, number):
            continue
        with transaction.atomic():
            row = (
                Coupon.objects.select_for_update()
                .filter(customer_id=customer, id=coupon, redeemed_at__isnull=True)
                .first()
            )
            if row is None:
                continue
            _take(row, order=order, reference=number, by=source, now=min(placed_at, now))
            audit.record(
                audit.Action.COUPON_REDEEMED,
                actor=SYSTEM,
                at=now,
                customer=customer,
                subject=coupon,
                details={"offer": row.offer, "order": str(order)},
            )


def _join_orders(customers: Sequence[uuid.UUID]) -> None:
    """A till may tell of a coupon before it tells of its sale: the number names the order that came since."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE loyalty_coupon c SET order_id = o.id FROM commerce_order o
            WHERE c.customer_id = ANY(%s::uuid[]) AND o.customer_id = c.customer_id AND c.redeemed_at IS NOT NULL
                AND c.order_id IS NULL AND c.reference <> ''
                AND (o.external_id, o.source) = (c.reference, c.redeemed_by)
            """,
            [copying.array(list(customers))],
        )


def _settle_back(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Give coupons back whose order came to nothing: the one they were redeemed for, else that of the till's number.
    Where their day has passed meanwhile they are good for the programme's days of grace.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT c.id, c.customer_id, o.source, o.external_id
            FROM loyalty_coupon c JOIN commerce_order o ON o.customer_id = c.customer_id
            WHERE c.customer_id = ANY(%s::uuid[]) AND c.redeemed_at IS NOT NULL AND (o.id = c.order_id
                OR c.order_id IS NULL AND c.reference <> ''
                    AND (o.external_id, o.source) = (c.reference, c.redeemed_by))
                AND {undone.CONDITION}
            ORDER BY c.customer_id, c.id
            """,  # noqa: S608  (a condition of ours)
            [copying.array(list(customers))],
        )
        found = cursor.fetchall()
    for coupon, customer, source, number in found:
        with transaction.atomic():
            row = (
                Coupon.objects.select_for_update()
                .filter(customer_id=customer, id=coupon, redeemed_at__isnull=False)
                .first()
            )
            if row is None:
                continue
            grace = accounts.refunds(now).grace_days
            if grace and row.valid_until <= now:
                row.valid_until = end(grace, now)
            _give_back(row, _undone(source, number), actor=SYSTEM, now=now)
