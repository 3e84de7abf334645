"""Points for what was bought as a guest: a till prints a code on the receipt, a member brings it, the order is theirs.

The code is made of the order's own name under a key of this installation, so that a till that asks again gets the same
one; kept is only a digest of it. Twelve letters are sixty bits, and whoever guesses is held back by the door.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from cdp.core import audit, locks, pipeline
from cdp.core.actors import Actor
from cdp.core.crypto import index
from commerce.models import Order
from commerce.rules import digests
from commerce.services import guest_orders
from customers.selectors import identifiers, profiles
from customers.selectors.profiles import Kind
from customers.services import buckets, standing
from loyalty.models import Claim, Member, Receipt
from loyalty.rules.receipts import Refusal, Refused, made, read
from loyalty.selectors import versions

FORGOTTEN_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Printed:
    """The code for a receipt, and until when it can be brought."""

    code: str
    until: datetime


def print_code(*, order: Order, now: datetime) -> Printed:
    """The code for the receipt of an order without a customer; asked again it is the same one. Raises Refused."""
    if order.customer_id not in buckets.ALL:
        raise Refused(Refusal.HAS_CUSTOMER)
    version = versions.in_force(order.placed_at)
    if version is None:
        raise Refused(Refusal.NO_PROGRAMME)
    until = order.placed_at + timedelta(days=version.programme.joining.claim_days)
    if until <= now:
        raise Refused(Refusal.TOO_OLD)
    chance = index.lasting_hasher("loyalty.receipt.code")(digests.key(order.source, order.external_id))
    code = made(chance)
    Receipt.objects.get_or_create(
        digest=_digest(read(code)), defaults={"source": order.source, "number": order.external_id, "until": until}
    )
    return Printed(code, until)


def bring(*, customer: uuid.UUID, code: str, actor: Actor, now: datetime) -> Order:
    """The order of that receipt is this member's from now on; the pipeline books what it earns. Raises Refused: for a
    code that never was, was brought, is too old or lies on somebody's own order, always the same.
    """
    plain = read(code)
    digest = _digest(plain)
    with transaction.atomic():
        locks.take_turns(digest)
        who = standing.hold([customer]).get(customer)
        if who is None:
            raise Refused(Refusal.UNKNOWN)
        standing.queue([who])
        receipt = Receipt.objects.filter(digest=digest, until__gt=now).first() if plain else None
        if receipt is None or not Member.objects.filter(customer_id=who, left_at=None).exists():
            raise Refused(Refusal.UNKNOWN)
        by = _known_by(who)
        order = guest_orders.give(source=receipt.source, number=receipt.number, customer=who, resolved_by=by)
        if order is None:
            raise Refused(Refusal.UNKNOWN)
        receipt.delete()
        Claim.objects.create(customer_id=who, order_id=order.id, at=now, resolved_by=by)
        audit.record(audit.Action.RECEIPT_CLAIMED, actor=actor, at=now, customer=who, subject=order.id)
        pipeline.mark([who], cause="loyalty.claim")
    return order


def _known_by(who: uuid.UUID) -> bytes | None:
    """Their member number said whose it is: where two who were one are parted, it goes with that."""
    profile = profiles.one(who, shown=False)
    number = profile.value(Kind.MEMBER) if profile else ""
    return identifiers.digest("member_number", number) if number else None


def _digest(plain: str) -> bytes:
    return index.lasting("loyalty.receipt", plain)


def forget_old(*, now: datetime) -> int:
    """Forget codes that nobody brought in time. Returns how many, at most FORGOTTEN_AT_ONCE."""
    ended = Receipt.objects.filter(until__lte=now).order_by("until").values_list("digest", flat=True)
    gone = [bytes(digest) for digest in ended[:FORGOTTEN_AT_ONCE]]
    Receipt.objects.filter(digest__in=gone).delete()
    return len(gone)
