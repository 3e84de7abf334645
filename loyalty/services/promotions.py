"""Promotions: made and stopped by staff, used at the till or by the order that names the code, taken back.

A use locks who uses it (a guest is nobody to lock), then its key, its code, and last its promotion, whose counter goes
up under a condition: of many at once exactly as many are used as there are.
"""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from cdp.core import audit, copying, ids, pipeline
from cdp.core.actors import SYSTEM, Actor
from cdp.core.crypto import rowkeys
from cdp.core.models import Source
from commerce.models import Order
from commerce.rules import money
from customers.selectors import lineage
from customers.services import buckets, standing
from loyalty.models import Promotion, PromotionCode, PromotionSale, PromotionUse
from loyalty.rules import benefit as giving
from loyalty.rules import promotions as rules
from loyalty.rules.coupons import Refusal
from loyalty.selectors import accounts, undone
from loyalty.selectors import promotions as reading
from loyalty.selectors.promotions import Found
from loyalty.services.coupons import Sale, UnableToRedeem, UnknownBuyer, buyer_of


class WordTaken(Exception):
    """Another promotion has that code."""


@dataclass(frozen=True, slots=True)
class Used:
    """The use as it is now, and whether this sale had used the code before."""

    use: PromotionUse
    is_repeated: bool


# --- making ---


def make(promotion: Promotion, *, actor: Actor, now: datetime) -> Promotion:
    """Write a new promotion with its code or codes. Raises WordTaken."""
    with transaction.atomic():
        promotion.created_at = now
        plain = [rules.word(promotion.word)]
        if promotion.kind == Promotion.Kind.BATCH:
            seed = secrets.token_bytes(rules.SEED)
            plain = list(rules.codes(seed, promotion.size))
            promotion.ring_key, promotion.wrapped = rowkeys.new(reading.TABLE, promotion.id)
            key = rowkeys.load(reading.TABLE, promotion.id, ring_key=promotion.ring_key, wrapped=promotion.wrapped)
            promotion.seed = key.seal(seed.hex(), table=reading.TABLE, column="seed", row=promotion.id)
        elif reading.find(promotion.word) is not None:
            raise WordTaken
        promotion.save(force_insert=True)
        # Before the copying: the first digest reads its key, and a connection that copies answers no query.
        rows = [(reading.digest(one), promotion.id, False) for one in plain]
        copying.rows(PromotionCode, ("digest", "promotion_id", "is_used"), rows)
        _record(audit.Action.PROMOTION_MADE, promotion, actor, now, {"kind": promotion.kind, "size": promotion.size})
    return promotion


def change(promotion: Promotion, *, fields: Sequence[str], actor: Actor, now: datetime) -> None:
    """Write what staff changed; who used it keeps what it gave."""
    with transaction.atomic():
        promotion.save(update_fields=list(fields))
        _record(audit.Action.PROMOTION_CHANGED, promotion, actor, now, {"fields": sorted(fields)})


def _record(action: audit.Action, promotion: Promotion, actor: Actor, now: datetime, details: dict[str, Any]) -> None:
    audit.record(action, actor=actor, at=now, subject=promotion.id, details={"promotion": promotion.key, **details})


# --- using ---


def redeem(*, code: Found, sale: Sale, source: Source, actor: Actor, now: datetime) -> Used:
    """Use a code for a sale, once. `sale.reference` must be told; the buyer may be nobody where guests may use it.

    Raises UnableToRedeem with the reason.
    """
    try:
        owner = buyer_of(sale, source)
    except UnknownBuyer:
        owner = None
    with transaction.atomic():
        if owner is not None:
            owner = standing.hold([owner]).get(owner)
        if owner is not None:
            standing.queue([owner])
        lies = owner or buckets.bucket_for(f"{source.key}/{sale.reference}")
        digest = reading.sale_digest(code.plain, source.key, sale.reference)
        use = PromotionUse(id=ids.uuid7(), customer_id=lies, promotion_id=code.promotion.id, sale_digest=digest)
        if not _claim(use):
            return _again(code, digest, sale)
        promotion = Promotion.objects.get(id=code.promotion.id)
        reason = _obstacle(promotion, owner, sale, source, now)
        if reason is not None:
            raise UnableToRedeem(reason)
        _spend(code)
        digits = money.decimals(sale.basket.currency)
        use.off = giving.judge(promotion.gives, sale.basket, digits=digits).off
        use.order_id = sale.order.id if sale.order else None
        use.currency = sale.basket.currency
        use.resolved_by = sale.order.resolved_by if sale.order and owner else None
        _write(use, code, promotion, source.key, sale.reference, now, actor)
    return Used(use, is_repeated=False)


def obstacle(*, code: Found, sale: Sale, source: Source, now: datetime) -> Refusal | None:
    """Why `redeem` would refuse it; nothing is locked. Without a buyer it is one whom we know nothing against."""
    try:
        owner, is_told = buyer_of(sale, source), True
    except UnknownBuyer:
        owner, is_told = None, False
    reason = _obstacle(code.promotion, owner, sale, source, now, is_known=not is_told or owner is not None)
    return Refusal.USED if reason is None and code.is_used else reason


def _obstacle(
    promotion: Promotion,
    owner: uuid.UUID | None,
    sale: Sale,
    source: Source,
    now: datetime,
    *,
    is_known: bool | None = None,
) -> Refusal | None:
    if sale.order is not None and undone.is_undone(sale.order):
        return Refusal.REVERSED
    terms = reading.terms(promotion)
    people = lineage.of(owner) if owner else []
    return rules.refusal(
        terms,
        basket=sale.basket,
        at=now,
        is_known=owner is not None if is_known is None else is_known,
        has_ordered=terms.is_first_order and _has_ordered(people, sale, source),
        uses=_uses(promotion, people) if terms.each is not None else 0,
    )


def reverse(*, code: Found, reference: str, source: Source, actor: Actor, now: datetime) -> Used:
    """Take a use back by the sale's number: it counts no more, and that sale cannot use the code again. Told again it
    is the same. Raises UnableToRedeem.
    """
    digest = reading.sale_digest(code.plain, source.key, reference)
    with transaction.atomic():
        key = PromotionSale.objects.filter(digest=digest).first()
        if key is None:
            raise UnableToRedeem(Refusal.NOT_USED)
        if key.customer_id not in buckets.ALL:
            standing.queue(set(standing.hold([key.customer_id]).values()))
        key = PromotionSale.objects.select_for_update().get(digest=digest)
        use = PromotionUse.objects.get(customer_id=key.customer_id, id=key.use_id)
        if use.reversed_at is not None:
            return Used(use, is_repeated=True)
        _give_back(use, code.promotion, actor, now)
    return Used(use, is_repeated=False)


def _give_back(use: PromotionUse, promotion: Promotion, actor: Actor, now: datetime) -> None:
    use.reversed_at = now
    use.save(update_fields=["reversed_at"])
    if promotion.kind == Promotion.Kind.BATCH:
        PromotionCode.objects.filter(digest=bytes(use.code_digest)).update(is_used=False)
    Promotion.objects.filter(id=use.promotion_id, used__gt=0).update(used=F("used") - 1)
    _told(use, promotion, audit.Action.CODE_REVERSED, actor, now)


def _claim(use: PromotionUse) -> bool:
    """Whether this sale had not told the code before; waits for one that tells it at the same moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_promotionsale (digest, customer_id, use_id) VALUES (%s, %s, %s)"
            " ON CONFLICT (digest) DO NOTHING",
            [bytes(use.sale_digest), use.customer_id, use.id],
        )
        return cursor.rowcount == 1


def _again(code: Found, digest: bytes, sale: Sale) -> Used:
    key = PromotionSale.objects.get(digest=digest)
    use = PromotionUse.objects.get(customer_id=key.customer_id, id=key.use_id)
    if use.reversed_at is not None:
        raise UnableToRedeem(Refusal.REVERSED)
    if use.order_id is None and sale.order is not None and sale.order.customer_id == use.customer_id:
        use.order_id = sale.order.id
        use.save(update_fields=["order_id"])
    return Used(use, is_repeated=True)


def _spend(code: Found) -> None:
    """One use less, or the reason why there is none."""
    if code.promotion.kind == Promotion.Kind.BATCH:
        free = PromotionCode.objects.filter(digest=reading.digest(code.plain), is_used=False)
        if not free.update(is_used=True):
            raise UnableToRedeem(Refusal.USED)
    found = Promotion.objects.filter(Q(total__isnull=True) | Q(used__lt=F("total")), id=code.promotion.id)
    if not found.update(used=F("used") + 1):
        raise UnableToRedeem(Refusal.ALL_USED)


def _write(
    use: PromotionUse, code: Found, promotion: Promotion, source: str, reference: str, at: datetime, actor: Actor
) -> None:
    use.code_digest, use.benefit = reading.digest(code.plain), giving.written(promotion.gives)
    use.source, use.reference, use.used_at = source, reference, at
    use.save(force_insert=True)
    _told(use, promotion, audit.Action.CODE_USED, actor, at)


def _told(use: PromotionUse, promotion: Promotion, action: audit.Action, actor: Actor, now: datetime) -> None:
    customer = None if use.customer_id in buckets.ALL else use.customer_id
    audit.record(
        action,
        actor=actor,
        at=now,
        customer=customer,
        subject=use.id,
        details={"promotion": promotion.key, "order": str(use.order_id or "")},
    )
    if customer is not None:
        pipeline.mark([customer], cause="loyalty.code")


def _uses(promotion: Promotion, people: Sequence[uuid.UUID]) -> int:
    return PromotionUse.objects.filter(
        customer_id__in=list(people), promotion_id=promotion.id, reversed_at=None
    ).count()


def _has_ordered(people: Sequence[uuid.UUID], sale: Sale, source: Source) -> bool:
    orders = undone.without(Order.objects.filter(customer_id__in=list(people), is_counted=True))
    if sale.order is not None:
        orders = orders.exclude(id=sale.order.id)
    return orders.exclude(source=source.key, external_id=sale.reference).exists()


# --- orders that name a code ---


def settle(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Orders that name a code have used it: the store took it, whatever we would have said. One that was cancelled or
    went back as a whole counts no more, where the programme says so. May run twice.

    A step of the pipeline, and what the order room calls as it writes such orders. A few queries where nothing is new.
    """
    _settle("o.customer_id = ANY(%s::uuid[])", [copying.array(list(customers))], now)


def settle_guests(orders: Sequence[tuple[uuid.UUID, uuid.UUID]], now: datetime) -> None:
    """The same for these orders of guests, each with the reserved customer it lies with."""
    whose, which = zip(*orders, strict=True)
    rows = "(o.customer_id, o.id) IN (SELECT * FROM unnest(%s::uuid[], %s::uuid[]))"
    _settle(rows, [copying.array(whose), copying.array(which)], now)


def _settle(which: str, told: Sequence[Any], now: datetime) -> None:
    if not Promotion.objects.exists():
        return
    _join_orders(which, told)
    if accounts.refunds(now).coupons:
        _settle_back(which, told, now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT o.id, o.customer_id, o.coupon, o.source, o.external_id, o.placed_at, o.currency, o.resolved_by
            FROM commerce_order o
            WHERE {which} AND o.coupon <> '' AND o.is_counted AND NOT {undone.CONDITION}
                AND NOT EXISTS (SELECT 1 FROM loyalty_promotionuse u
                    WHERE u.customer_id = o.customer_id AND u.order_id = o.id)
                AND NOT EXISTS (SELECT 1 FROM loyalty_coupon c
                    WHERE c.customer_id = o.customer_id AND c.order_id = o.id)
            ORDER BY o.customer_id, o.placed_at, o.id
            """,  # noqa: S608  (conditions of ours)
            told,
        )
        orders = cursor.fetchall()
    known: dict[str, Found | None] = {}
    for order, customer, text, source, number, placed_at, currency, resolved_by in orders:
        if text not in known:
            known[text] = reading.find(text)
        code = known[text]
        if code is None:
            continue
        digest = reading.sale_digest(code.plain, source, number)
        with transaction.atomic():
            use = PromotionUse(
                id=ids.uuid7(),
                customer_id=customer,
                promotion_id=code.promotion.id,
                sale_digest=digest,
                order_id=order,
                currency=currency,
                resolved_by=resolved_by,
            )
            if not _claim(use):
                continue  # the till told of it before
            PromotionCode.objects.filter(digest=reading.digest(code.plain)).update(
                is_used=code.promotion.kind == Promotion.Kind.BATCH
            )
            Promotion.objects.filter(id=code.promotion.id).update(used=F("used") + 1)
            _write(use, code, code.promotion, source, number, min(placed_at, now), SYSTEM)


def _join_orders(which: str, told: Sequence[Any]) -> None:
    """A till may tell of a code before it tells of its sale: the number names the order that came since."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE loyalty_promotionuse u SET order_id = o.id FROM commerce_order o
            WHERE {which} AND u.customer_id = o.customer_id AND u.order_id IS NULL AND u.reversed_at IS NULL
                AND (u.reference, u.source) = (o.external_id, o.source)
            """,  # noqa: S608  (a condition of ours)
            told,
        )


def _settle_back(which: str, told: Sequence[Any], now: datetime) -> None:
    """Uses whose order came to nothing: the one they were for, else that of the till's number."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT u.customer_id, u.id, o.id FROM commerce_order o
            JOIN loyalty_promotionuse u ON u.customer_id = o.customer_id AND u.reversed_at IS NULL AND (
                u.order_id = o.id OR u.order_id IS NULL AND (u.reference, u.source) = (o.external_id, o.source))
            WHERE {which} AND {undone.CONDITION}
            ORDER BY 1, 2
            """,  # noqa: S608  (conditions of ours)
            told,
        )
        found = cursor.fetchall()
    for customer, use, order in found:
        with transaction.atomic():
            rows = PromotionUse.objects.select_for_update().filter(customer_id=customer, id=use, reversed_at=None)
            row = rows.first()
            if row is not None:
                PromotionUse.objects.filter(customer_id=customer, id=use).update(order_id=order)
                row.order_id = order
                _give_back(row, Promotion.objects.get(id=row.promotion_id), SYSTEM, now)
