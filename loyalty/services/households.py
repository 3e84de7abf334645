"""Members who share a wallet: joining, inviting, leaving. Everybody whom it is about is behind their book's locks, so a
household cannot change while one of it spends (ADR 33).
"""

import secrets
import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from cdp.core import audit, ids, pipeline
from cdp.core.actors import CUSTOMER, Actor
from customers.selectors import lineage
from customers.services import standing
from loyalty.models import HouseholdKey, Member, Seat
from loyalty.rules.coupons import LETTERS
from loyalty.rules.households import LENGTH, Refusal, Refused, refusal
from loyalty.selectors import households as reading
from loyalty.services.book import Book
from loyalty.services.tills import patiently

LASTS = timedelta(days=1)
"""For how long an invitation is good."""
FORGOTTEN_AT_ONCE = 1000


@patiently
def join(
    *, customer: uuid.UUID, joins: uuid.UUID, how: Seat.How, agreed: str, actor: Actor, now: datetime
) -> uuid.UUID:
    """Whoever `joins` shares with that customer, and with everybody who does, from now on; the id of the household.

    `agreed` is what both were told. Raises Refused.
    """
    with transaction.atomic():
        book = Book.open([customer, joins], now=now, actor=actor)
        host, guest = book.stands.get(customer), book.stands.get(joins)
        if (
            host is None
            or guest is None
            or Member.objects.filter(customer_id__in=[host, guest], left_at=None).count() != len({host, guest})
        ):
            raise Refused(Refusal.NOT_MEMBER)
        if host == guest:
            raise Refused(Refusal.SAME)
        here, there = book.circles.get(host, [host]), book.circles.get(guest, [guest])
        reason = refusal(limit=reading.limit(now), here=len(here), there=len(there), is_together=guest in here)
        if reason is not None:
            raise Refused(reason)
        book.write()
        household = _seat(book, host).household if len(here) > 1 else ids.uuid7()
        newcomers = [guest] if len(here) > 1 else [host, guest]
        for who in newcomers:
            # A seat where nobody else is (any more) ends with the new one.
            _close(book.members[who], why=Seat.Why.ALONE, actor=actor, now=now)
            row = Seat.objects.create(
                customer_id=who,
                household=household,
                since=now,
                how=how,
                agreed=agreed,
                by_kind=actor.kind,
                by_id=actor.id,
            )
            audit.record(
                audit.Action.HOUSEHOLD_JOINED,
                actor=actor,
                at=now,
                customer=who,
                subject=row.id,
                details={"how": how.value},
            )
        pipeline.mark({*here, guest}, cause="loyalty.household")
    return household


def _seat(book: Book, who: uuid.UUID) -> Seat:
    """The seat that counts of somebody who has one."""
    rows = {row.customer_id: row for row in Seat.objects.filter(customer_id__in=book.members[who], until=None)}
    return next(rows[row] for row in book.members[who] if row in rows)


def _close(people: Collection[uuid.UUID], *, why: Seat.Why, actor: Actor, now: datetime) -> int:
    open_ones = Seat.objects.filter(customer_id__in=list(people), until=None)
    return open_ones.update(until=now, why=why, ended_by_kind=actor.kind, ended_by_id=actor.id)


@patiently
def leave(*, customer: uuid.UUID, why: Seat.Why, actor: Actor, now: datetime) -> bool:
    """Whoever that id means shares with nobody any more; whether they did. Points put aside out of lots of the others
    stay put aside, and go back to those where they are given back.
    """
    with transaction.atomic():
        book = Book.open([customer], now=now, actor=actor)
        who = book.stands.get(customer)
        if who is None or who not in book.circles:
            return False
        book.write()
        part(book, who, why=why, actor=actor, now=now)
    return True


def part(book: Book, who: uuid.UUID, *, why: Seat.Why, actor: Actor, now: datetime) -> None:
    """The same in an open book; who would be left alone has no household either."""
    mine = Seat.objects.filter(customer_id__in=book.members[who], until=None)
    left = set(mine.values_list("household", flat=True))
    if not left:
        return
    HouseholdKey.objects.filter(customer_id__in=book.members[who]).delete()
    subject = mine.order_by("id").values_list("id", flat=True)[0]
    _close(book.members[who], why=why, actor=actor, now=now)
    audit.record(
        audit.Action.HOUSEHOLD_LEFT, actor=actor, at=now, customer=who, subject=subject, details={"why": why.value}
    )
    for household in left:
        rest = list(Seat.objects.filter(household=household, until=None).values_list("customer_id", flat=True))
        if rest and len(set(lineage.standing(rest).values())) < 2:
            _close([row for row in rest if row in book.tops], why=Seat.Why.ALONE, actor=actor, now=now)
    pipeline.mark(book.circles.get(who, [who]), cause="loyalty.household")


def forget(people: Collection[uuid.UUID], now: datetime) -> None:
    """Who is about to be erased shares no more. The seats stay: what they spent of others' is in the books."""
    open_ones = Seat.objects.filter(customer_id__in=list(people), until=None)
    open_ones.update(until=now, why=Seat.Why.FORGOTTEN, ended_by_kind="system")


# --- invitations ---


def invite(*, customer: uuid.UUID, now: datetime) -> str:
    """A code with which one member can join whoever that id means, once and for a day; codes of before end. Raises
    Refused.
    """
    with transaction.atomic():
        who = standing.hold([customer]).get(customer)
        if who is None or not Member.objects.filter(customer_id=who, left_at=None).exists():
            raise Refused(Refusal.NOT_MEMBER)
        standing.queue([who])
        here = len(reading.others(who)) + 1
        reason = refusal(limit=reading.limit(now), here=here, there=1, is_together=False)
        if reason is not None:
            raise Refused(reason)
        HouseholdKey.objects.filter(customer_id=who).delete()
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        HouseholdKey.objects.create(digest=reading.digest(code), customer_id=who, until=now + LASTS)
    return f"{code[:4]}-{code[4:]}"


@patiently
def accept(*, customer: uuid.UUID, code: str, agreed: str, now: datetime) -> uuid.UUID:
    """Whoever that id means takes an invitation, which is over by that; the id of the household. Raises Refused."""
    with transaction.atomic():
        host = reading.inviter(code, at=now)
        if host is None:
            raise Refused(Refusal.UNKNOWN_CODE)
        household = join(customer=host, joins=customer, how=Seat.How.CARD, agreed=agreed, actor=CUSTOMER, now=now)
        # Behind the locks: who else took the same one found it gone.
        if not HouseholdKey.objects.filter(digest=reading.digest(reading.read(code)), until__gt=now).delete()[0]:
            raise Refused(Refusal.UNKNOWN_CODE)
    return household


def forget_old(*, now: datetime) -> int:
    """Forget invitations that nobody took. Returns how many."""
    old = HouseholdKey.objects.filter(until__lt=now).values_list("digest", flat=True)[:FORGOTTEN_AT_ONCE]
    return HouseholdKey.objects.filter(digest__in=[bytes(digest) for digest in old]).delete()[0]
