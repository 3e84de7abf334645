"""Reading coupons: by code at the till, on the customer's page and timeline."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from cdp.core import panels
from cdp.core.crypto import index, subjects
from cdp.core.timeline import Entry, Question
from commerce.models import Order
from loyalty.models import Coupon, CouponKey, Offer
from loyalty.rules import coupons as rules
from loyalty.selectors import benefits, reasons
from surveys.selectors.offers import Offer as Promisable

TABLE = "loyalty_coupon"
SHOWN = 3


def digest(plain: str) -> bytes:
    """The keyed digest of a code's letters (`rules.coupons.read`)."""
    return index.digest("loyalty.coupon", plain)


def find(text: str) -> Coupon | None:
    """The coupon of that code however it was typed: the key table first, then the row beside its customer."""
    plain = rules.read(text)
    key = CouponKey.objects.filter(digest=digest(plain)).first() if plain else None
    if key is None:
        return None
    return Coupon.objects.filter(customer_id=key.customer_id, id=key.coupon_id).first()


def keys_of(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """The keys of these customers' coupons."""
    found = Coupon.objects.filter(customer_id__in=customers).values_list("code_digest", "customer_id")
    return {bytes(digest): customer for digest, customer in found}


def offer(key: str) -> Offer | None:
    """What coupons of that kind are worth now; None while none are issued."""
    return Offer.objects.filter(key=key, is_on=True).first()


def offers() -> list[Promisable]:
    """Every offer as it can be promised elsewhere, with what its coupons are worth."""
    return [
        Promisable(row.key, f"{row.key} · {benefits.words(row.gives)}", row.is_on)
        for row in Offer.objects.order_by("key")
    ]


def terms(row: Coupon) -> rules.Terms:
    """What was promised with a coupon."""
    return rules.Terms(
        valid_until=row.valid_until,
        benefit=row.gives,
        is_first_order=row.is_first_order,
    )


def of(people: Collection[uuid.UUID], state: str, *, at: datetime) -> QuerySet[Coupon]:
    """Those of these people (who are one) in that state as `state` names it, or `all`."""
    rows = Coupon.objects.filter(customer_id__in=people)
    unused = Q(redeemed_at=None)
    wanted = {
        "redeemed": ~unused,
        "void": unused & Q(voided_at__isnull=False),
        "open": unused & Q(voided_at=None, valid_until__gt=at),
        "expired": unused & Q(voided_at=None, valid_until__lte=at),
    }
    return rows.filter(wanted[state]) if state != "all" else rows


def state(row: Coupon, *, at: datetime) -> str:
    """`open`, `redeemed`, `void` or `expired`."""
    if row.redeemed_at is not None:
        return "redeemed"
    if row.voided_at is not None:
        return "void"
    return "open" if at < row.valid_until else "expired"


def last_day(row: Coupon) -> date:
    """The last day on which it is good, in the shop's zone."""
    return timezone.localdate(row.valid_until - timedelta(microseconds=1))


def code_of(row: Coupon, keyring: subjects.Keyring) -> str:
    """The code in clear, as people read it; empty once its key was destroyed."""
    return keyring.open(row.code, table=TABLE, column="code", row=row.id)


@dataclass(frozen=True, slots=True)
class Usable:
    """A coupon that its owner can use now, as a till offers it."""

    code: str
    value: str
    words: str
    is_discount: bool
    reason: str
    because: str
    last_day: date
    is_first_order: bool


def usable(lineage: Sequence[uuid.UUID], *, keyring: subjects.Keyring, now: datetime) -> list[Usable]:
    """What somebody (survivor and absorbed ids) can pay with now, what ends first before the rest; at most SHOWN."""
    rows = Coupon.objects.filter(
        customer_id__in=list(lineage), redeemed_at__isnull=True, voided_at=None, valid_until__gt=now
    )
    found = list(rows.order_by("valid_until", "id")[:20])
    if any(row.is_first_order for row in found) and (
        Order.objects.filter(customer_id__in=list(lineage), is_counted=True).exists()
        or Coupon.objects.filter(customer_id__in=list(lineage), is_first_order=True, redeemed_at__isnull=False).exists()
    ):
        found = [row for row in found if not row.is_first_order]
    names = benefits.names_of(row.gives for row in found[:SHOWN])
    named = reasons.names(row.details for row in found[:SHOWN])
    return [
        Usable(
            code=code_of(row, keyring),
            value=benefits.value(row.gives),
            words=benefits.words(row.gives, names),
            is_discount=benefits.is_discount(row.gives),
            reason=row.reason,
            because=reasons.told(row.reason, row.details, names | named),
            last_day=last_day(row),
            is_first_order=row.is_first_order,
        )
        for row in found[:SHOWN]
    ]


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """Open coupons on the page of a customer, then used ones; None leaves the panel out."""
    found = Coupon.objects.filter(customer_id__in=list(question.lineage)).order_by("-issued_at", "-id")
    rows = sorted(found[:20], key=lambda row: state(row, at=question.now) != "open")
    if not rows:
        return None
    names = benefits.names_of(row.gives for row in rows[:SHOWN])
    in_full = question.reader.can("customers.reveal")
    shown = [
        {
            "row": row,
            "code": code_of(row, question.keyring) if in_full else _masked(code_of(row, question.keyring)),
            "is_masked": not in_full,
            "state": state(row, at=question.now),
            "last_day": last_day(row),
            "value": benefits.value(row.gives),
            "words": benefits.words(row.gives, names),
            "is_discount": benefits.is_discount(row.gives),
        }
        for row in rows[:SHOWN]
    ]
    return {"coupons": shown, "more": len(rows) - len(shown)}


def _masked(code: str) -> str:
    """Enough to tell two apart, too little to spend one."""
    return f"•••• {code[-2:]}" if code else ""


def entries(question: Question) -> list[Entry]:
    """Coupons as entries of the timeline: when they were issued, and when they were used."""
    rows = Coupon.objects.filter(customer_id__in=question.customers)
    issued, used = rows, rows.filter(redeemed_at__isnull=False)
    if question.before is not None:
        issued, used = issued.filter(issued_at__lt=question.before), used.filter(redeemed_at__lt=question.before)
    found = [
        Entry(
            id=str(row.id),
            at=row.issued_at,
            kind="coupon",
            title=gettext("Coupon for %(value)s") % {"value": benefits.value(row.gives)},
            source=row.source,
            icon="discount",
            data=_data(row) | {"text": code_of(row, question.keyring)},
            is_private=True,  # whoever has the code has the money
        )
        for row in issued.order_by("-issued_at", "-id")[: question.limit]
    ]
    back = rows.filter(reversed_at__isnull=False)
    if question.before is not None:
        back = back.filter(reversed_at__lt=question.before)
    found += [
        Entry(
            id=f"{row.id}:back",
            at=row.reversed_at,
            kind="coupon",
            title=gettext("Coupon for %(value)s given back") % {"value": benefits.value(row.gives)},
            source=row.source,
            icon="discount",
            data=_data(row),
        )
        for row in back.order_by("-reversed_at", "-id")[: question.limit]
        if row.reversed_at is not None
    ]
    return found + [
        Entry(
            id=f"{row.id}:redeemed",
            at=row.redeemed_at,
            kind="coupon",
            title=gettext("Coupon for %(value)s used") % {"value": benefits.value(row.gives)},
            source=row.redeemed_by,
            icon="rosette-discount-check",
            data=_data(row),
        )
        for row in used.order_by("-redeemed_at", "-id")[: question.limit]
        if row.redeemed_at is not None
    ]


def _data(row: Coupon) -> dict[str, Any]:
    return {
        "coupon": str(row.id),
        "offer": row.offer,
        "reason": row.reason,
        "valid_until": row.valid_until.isoformat(),
        "order": str(row.order_id) if row.order_id else None,
    }
