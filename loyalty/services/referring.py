"""Members who bring others: noted at the sign-up, counted with the first purchase that stands, taken back with it.

What one of the two is given the other is given as well, in one transaction. Who brought whom is doubted where both seem
to be one household; such a one waits for staff.
"""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, Sum

from cdp.core import audit, ids, pipeline
from cdp.core.actors import SYSTEM, Actor
from cdp.core.crypto import subjects
from commerce.models import Order, Refund
from customers.selectors import lineage, profiles
from customers.services import standing
from loyalty.models import Act, FriendCode, FriendKey, Lot, Member, Referral
from loyalty.rules import referring
from loyalty.rules.coupons import LETTERS
from loyalty.rules.programme import Programme
from loyalty.selectors import purses, versions
from loyalty.selectors import referrals as reading
from loyalty.services import actions
from loyalty.services.book import Book, Draft

ZERO = Decimal(0)
NEW = timedelta(days=1)
"""Who is known for longer was brought by nobody."""
MONTH = timedelta(days=30)
AT_ONCE = 200
State = Referral.State


class UnableToDecide(Exception):
    """It waits for no decision (any more)."""


def code(*, customer: uuid.UUID, now: datetime) -> str:
    """The code that a member gives to friends, made where there is none yet; empty for who is no longer there. Who has
    one is not locked: a till may be at work with them.
    """
    known = reading.code_of(lineage.of(customer))
    if known:
        return known
    with transaction.atomic():
        owner = standing.hold([customer]).get(customer)
        if owner is None:
            return ""
        standing.queue([owner])
        known = reading.code_of(lineage.of(owner))
        if known:
            return known
        made = "".join(secrets.choice(LETTERS) for _ in range(reading.LENGTH))
        while FriendKey.objects.filter(digest=reading.digest(made)).exists():
            made = "".join(secrets.choice(LETTERS) for _ in range(reading.LENGTH))
        row, digest = ids.uuid7(), reading.digest(made)
        sealed = subjects.load([owner]).seal(made, customer=owner, table=reading.TABLE, column="code", row=row)
        FriendCode.objects.create(id=row, customer_id=owner, code=sealed, code_digest=digest, made_at=now)
        FriendKey.objects.create(digest=digest, customer_id=owner, code_id=row)
    return made


def note(*, customer: uuid.UUID, friend: str, now: datetime) -> Referral | None:
    """Somebody signed up by a friend's code. Nothing comes of a code that nobody has, of one's own, of somebody who was
    known before, bought before or was brought before: the form says the same to all of them.
    """
    by = reading.member_of(friend)
    version = versions.in_force(now)
    if by is None or version is None or not reading.is_offered(now):
        return None
    with transaction.atomic():
        owner = standing.hold([customer, by]).get(customer)
        if owner is None or owner == by:
            return None
        standing.queue([owner, by])
        people, profile = lineage.of(owner), profiles.one(owner, shown=False)
        if profile is None or min(profile.added_at, profile.customer.created_at) < now - NEW:
            return None
        if (
            Referral.objects.filter(customer_id__in=people).exists()
            or Order.objects.filter(customer_id__in=people).exists()
        ):
            return None
        if not Member.objects.filter(customer_id=by, left_at=None).exists():
            return None
        lately = Referral.objects.filter(by__in=lineage.of(by), at__gt=now - MONTH).count()
        doubt = referring.doubt(
            reading.traits(by),
            reading.traits(owner),
            lately=lately,
            most=version.programme.referrals.most_a_month,
            are_named_together=reading.are_named_together(by, owner),
        )
        row = Referral.objects.create(
            customer_id=owner,
            by=by,
            at=now,
            state=State.HELD if doubt else State.WAITING,
            doubt=doubt or "",
        )
        audit.record(
            audit.Action.REFERRAL_NOTED,
            actor=SYSTEM,
            at=now,
            customer=owner,
            subject=row.id,
            details={"doubt": doubt or ""},
        )
    return row


def decide(*, referral: Referral, accepts: bool, actor: Actor, now: datetime) -> None:
    """Staff looked at one that was doubted. Raises UnableToDecide."""
    with transaction.atomic():
        changed = Referral.objects.filter(customer_id=referral.customer_id, id=referral.id, state=State.HELD).update(
            state=State.WAITING if accepts else State.REFUSED, decided_at=now, decided_by=actor.id
        )
        if not changed:
            raise UnableToDecide
        audit.record(
            audit.Action.REFERRAL_DECIDED,
            actor=actor,
            at=now,
            customer=referral.customer_id,
            subject=referral.id,
            details={"accepts": accepts},
        )
        pipeline.mark([referral.customer_id], cause="loyalty.referral")


def settle(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Count what can be counted of who was brought among these, and take back what does not stand any more. A step of
    the pipeline; one query where nobody of them was brought.
    """
    rows = Referral.objects.filter(customer_id__in=list(customers), state__in=[State.WAITING, State.COUNTED])
    for row in rows.order_by("id"):
        _settle(row, now)


def settle_due(*, now: datetime) -> int:
    """Look at everybody whose first purchase may have outlived the days of return: by a job. Returns how many were
    looked at.
    """
    looked = 0
    for due in reading.due(now=now, since=NEW):
        for row in due:
            _settle(row, now)
        looked += len(due)
    return looked


def _settle(row: Referral, now: datetime) -> None:
    version = versions.published().at(row.at)
    if version is None:
        return
    order = _first_order(row, version.programme)
    if row.state == State.COUNTED:
        if order is None or order.id != row.order_id:
            _take_back(row, now)
        return
    wait = timedelta(days=version.programme.referrals.after_days)
    if order is not None and order.placed_at + wait <= now:
        _count(row, order, now)


def _first_order(row: Referral, programme: Programme) -> Order | None:
    """The first purchase since they came, of which enough is left; of one that was counted that very one."""
    people = lineage.of(row.customer_id)
    found = Order.objects.filter(customer_id__in=people, is_counted=True, placed_at__gte=row.at - NEW)
    if row.order_id:
        found = found.filter(id=row.order_id)
    for order in found.order_by("placed_at", "id")[:20]:
        back = Refund.objects.filter(customer_id__in=people, order_id=order.id).aggregate(all=Sum("amount"))["all"]
        left = order.amount - (back or ZERO)
        if order.status != "refunded" and left > 0 and left >= programme.referrals.minimum:
            return order
    return None


def _count(row: Referral, order: Order, now: datetime) -> None:
    """Both are given what the programme says today, within its caps; who takes part no more gets nothing."""
    with transaction.atomic():
        stands = standing.hold([row.customer_id, row.by])
        who, by = stands.get(row.customer_id), stands.get(row.by)
        if who is None or by is None or who == by:
            return
        # What both are given opens the books of their households as well.
        standing.queue(purses.circle([who, by]))
        fresh = Referral.objects.select_for_update().filter(customer_id=row.customer_id, id=row.id).first()
        if fresh is None or fresh.state != State.WAITING:
            return
        if fresh.decided_by is None and reading.are_named_together(by, who):  # told since, as they paid for it
            fresh.state, fresh.doubt = State.HELD, Referral.Doubt.CARD
            fresh.save(update_fields=["state", "doubt"])
            return
        for top, what in ((by, "referral"), (who, "referred")):
            actions.give(customer=top, what=what, cause=f"{what}:{row.id}", at=now, now=now)
        fresh.state, fresh.order_id, fresh.decided_at = State.COUNTED, order.id, now
        fresh.save(update_fields=["state", "order_id", "decided_at"])
        pipeline.mark([who, by], cause="loyalty.referral")


def _take_back(row: Referral, now: datetime) -> None:
    """The purchase does not stand any more: what both were given goes, by the programme's policy for returns."""
    with transaction.atomic():
        book = Book.open([row.customer_id, row.by], now=now)
        fresh = Referral.objects.select_for_update().filter(customer_id=row.customer_id, id=row.id).first()
        if fresh is None or fresh.state != State.COUNTED:
            return
        timeline = versions.published()
        said = Q(cause__startswith=f"referral:{row.id}:") | Q(cause__startswith=f"referred:{row.id}:")
        told = list(Act.objects.filter(said, customer_id__in=list(book.tops)))
        # Taken back already where two were parted, who handed it over.
        gone = {(act.customer_id, act.wallet, act.cause) for act in told if act.kind == Act.Kind.REFUND}
        given = [
            act for act in told if act.kind == Act.Kind.EARN and (act.customer_id, act.wallet, act.cause) not in gone
        ]
        book.bring([act.id for act in given])
        known = set(Lot.objects.filter(id__in=[act.id for act in given]).values_list("id", flat=True))
        for act in given:
            version = timeline.by_id(act.version)
            if version is None or act.id not in known:
                continue
            refunds = version.programme.refunds
            # With whoever was given it: where two who are one now are parted, it goes with what it takes back.
            back = Draft(
                act.customer_id,
                act.wallet,
                Act.Kind.REFUND,
                act.cause,
                now,
                fact=row.id,
                version=act.version,
                reason="refund",
                details={
                    "counts": {
                        basis: str(-Decimal(value)) for basis, value in (act.details or {}).get("counts", {}).items()
                    }
                },
            )
            back.moves += book.purse(act.customer_id, act.wallet).take_back(
                act.id, act.change, at=now, shortfall=refunds.without_money, limit=refunds.limit
            )
            book.note(back)
        book.write()
        fresh.state, fresh.decided_at = State.BACK, now
        fresh.save(update_fields=["state", "decided_at"])
        pipeline.mark({act.customer_id for act in given}, cause="loyalty.referral")
