"""Writing refunds: money given back, with or without the order it belongs to."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from cdp.core import audit, ids, pipeline
from cdp.core.actors import Actor
from cdp.core.crypto import index, subjects
from cdp.core.models import Source
from commerce.models import Order, OrderKey, Refund, RefundLine
from commerce.rules import amounts, digests
from commerce.rules.inputs import ZERO, RefundInput
from commerce.services import codes, drafts, keys, returns, rows
from commerce.services.keys import Owner
from customers.services import buckets


class UnableToWriteRefund(Exception):
    """A refund that cannot be written. `code` is for programs, `pointer` the place in the refund."""

    def __init__(self, code: str, pointer: str, detail: str) -> None:
        """Say which, where and why."""
        super().__init__(detail)
        self.code, self.pointer, self.detail = code, pointer, detail


class RefundExists(Exception):
    """The number belongs to a refund with other content."""

    def __init__(self, refund: uuid.UUID) -> None:
        """Name that refund."""
        super().__init__("this refund number belongs to another refund")
        self.refund = refund


@dataclass(frozen=True, slots=True)
class Recorded:
    """A refund with its lines, and whether it is new."""

    refund: Refund
    lines: Sequence[RefundLine]
    is_new: bool


def write(
    *,
    refund: RefundInput,
    order: Order | None,
    customer_id: uuid.UUID | None = None,
    source: Source,
    actor: Actor,
    now: datetime,
    is_tracked: bool = False,
) -> Recorded:
    """Write a refund once: the same again is answered with what is stored.

    Of an order, at most what it came to can go back, all refunds together; without an order, `customer_id` says whose
    it is (None for a guest) and `currency` must be told. The order keeps the state its source told. The reason is
    sealed with the customer; of a guest none is kept.
    Raises RefundExists and UnableToWriteRefund.
    """
    with transaction.atomic():
        current = _locked(order) if order else None
        told = replace(refund, currency=refund.currency or (current.currency if current else ""))
        priced, amount = _priced(told)
        row = Refund(
            id=ids.uuid7(),
            customer_id=current.customer_id if current else customer_id or drafts.guest(source.key, refund.external_id),
            source=source.key,
            external_id=refund.external_id,
            order_id=current.id if current else None,
            at=refund.at or now,
            currency=told.currency,
            amount=amount,
            content_digest=_digest(told, current),
            is_tracked=is_tracked,
            created_at=now,
        )
        known = _known(row, told, current)
        if known is not None:
            return known
        if current is not None:
            _check_fits(row, current)
        row.words = returns.sealed(row, refund.reason, subjects.load([row.customer_id] if refund.reason else []))
        lines = returns.line_rows(row, priced)
        rows.insert(Refund, [row])
        rows.insert(RefundLine, lines)
        pipeline.mark({row.customer_id} - buckets.ALL, cause="commerce.refunds")
        if current is not None and current.coupon and row.customer_id in buckets.ALL:
            codes.redeem_guests([(row.customer_id, current.id)], now=now)
        audit.record(
            audit.Action.REFUND_WRITTEN,
            actor=actor,
            at=now,
            customer=row.customer_id,
            subject=row.id,
            details={"order": str(row.order_id or ""), "amount": str(row.amount), "currency": row.currency},
        )
    return Recorded(row, lines, is_new=True)


def _locked(order: Order) -> Order:
    """The order as it is now, while nobody else can refund, change or move it."""
    key = OrderKey.objects.select_for_update().filter(digest=digests.key(order.source, order.external_id)).first()
    if key is None or key.order_id != order.id:
        return Order.objects.select_for_update().get(customer_id=order.customer_id, id=order.id)
    return Order.objects.get(customer_id=key.customer_id, id=key.order_id)


def _priced(told: RefundInput) -> tuple[tuple[amounts.PricedLine, ...], Decimal]:
    lines, _returned = amounts.split(told.lines)
    try:
        for line in lines:
            amounts.rounded(line.amount)
        given = told.amount if told.amount is not None else amounts.total(line.amount for line in lines)
        amount = amounts.rounded(given)
    except amounts.TooLarge as error:
        raise UnableToWriteRefund("too_large", "/amount", _("The refund comes to 10^14 or more.")) from error
    if amount <= 0:
        raise UnableToWriteRefund("nothing_refunded", "/amount", _("A refund must be above zero."))
    return lines, amount


def _digest(told: RefundInput, order: Order | None) -> bytes:
    """Of the words only a keyed digest goes in: it outlives the customer, and nobody can try words on it."""
    words = index.lasting("commerce_refund.words", told.reason).hex() if told.reason else ""
    return digests.refund(replace(told, reason=words), order_id=order.id if order else "")


def _known(row: Refund, told: RefundInput, order: Order | None) -> Recorded | None:
    """Claim the number. The stored refund if it was written before."""
    key = digests.key(row.source, row.external_id)
    mine = Owner(row.customer_id, row.id)
    owner = keys.claim(keys.REFUNDS, {key: mine})[key]
    if owner == mine:
        return None
    stored = Refund.objects.filter(customer_id=owner.customer, id=owner.row).first()
    if stored is None:  # its rows were deleted and only the key is left
        keys.point(keys.REFUNDS, {key: mine})
        return None
    # Refunds from before the words were sealed have them in their digest as they were told.
    same = {row.content_digest, digests.refund(told, order_id=order.id if order else "")}
    if stored.content_digest is None or bytes(stored.content_digest) not in same:
        raise RefundExists(stored.id)
    lines = RefundLine.objects.filter(customer_id=stored.customer_id, refund_id=stored.id).order_by("id")
    return Recorded(stored, list(lines), is_new=False)


def _check_fits(row: Refund, order: Order) -> None:
    if row.currency != order.currency:
        raise UnableToWriteRefund(
            "other_currency", "/currency", _("The order is in %(currency)s.") % {"currency": order.currency}
        )
    before = Refund.objects.filter(customer_id=order.customer_id, order_id=order.id).aggregate(sum=Sum("amount"))["sum"]
    if (before or ZERO) + row.amount > order.amount:
        raise UnableToWriteRefund(
            "refund_exceeds_order", "/amount", _("All refunds together would be more than the order came to.")
        )
