"""Points by hand: what a store's system gives, and what is given or taken with a reason."""

import uuid
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction

from cdp.core import audit, pipeline
from cdp.core.crypto import subjects
from loyalty.models import Act, Member, Movement
from loyalty.rules.adjusting import Why
from loyalty.rules.purse import ZERO, Account, Move, Part
from loyalty.rules.spending import Refusal, Refused, check_amount
from loyalty.selectors import purses
from loyalty.services import members, ranking
from loyalty.services.book import Draft
from loyalty.services.tills import Asked, Till, open_till, patiently

LONGEST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Given:
    """The act that was written, by how much it changed the wallet, and what can be spent now."""

    act: Draft | Act
    points: Decimal
    available: Decimal
    is_repeated: bool = False


def cause_of(asked: Asked) -> str:
    """The cause of what is told with that number."""
    return f"told:{asked.name.hex}"


@patiently
def give(asked: Asked, points: Decimal, *, words: str = "") -> Given:
    """What somebody earned elsewhere: they are enrolled, and it can be spent at once. Nobody is made to come back who
    left. The same number of the same source is given once. Raises Refused.
    """
    with transaction.atomic():
        till = open_till(asked, members_only=False)
        check_amount(points, digits=till.digits)
        cause = cause_of(asked)
        known = till.told(Act.Kind.EARN, cause)
        if known is not None:
            return _same(till, known, points)
        if Member.objects.filter(customer_id=till.who, left_at__isnull=False).exists():
            raise Refused(Refusal.LEFT)
        members.enrol(customer=till.who, how=Member.How.API, source=asked.source, actor=asked.actor, now=asked.now)
        act = till.act(Act.Kind.EARN, cause, details=_details(asked, points))
        _say(act, words)
        act.qualifying = points if till.wallet.kind == till.wallet.Kind.POINTS else None
        act.moves += _put(till, act, points, Account.ISSUED)
        given = _written(till, act, points)
        if act.qualifying and till.timeline is not None:
            ranking.settle([till.who], timeline=till.timeline, now=asked.now)
        return given


@patiently
def present(asked: Asked, points: Decimal, *, cause: str, reason: str, words: str = "") -> Given:
    """What a member is given for no purchase (`reason` says for what): it can be spent at once and counts for no tier.
    The same `cause` (`<what>:<id of its row>`, see `selectors.deeds`) is given once. Raises Refused.
    """
    with transaction.atomic():
        till = open_till(asked)
        check_amount(points, digits=till.digits)
        known = till.told(Act.Kind.EARN, cause)
        if known is not None:
            return _same(till, known, points)
        act = till.act(Act.Kind.EARN, cause, details=_details(asked, points), reason=reason)
        _say(act, words)
        act.moves += _put(till, act, points, Account.ISSUED)
        return _written(till, act, points)


@patiently
def adjust(
    asked: Asked, points: Decimal, *, why: Why, words: str = "", limit: Decimal | None = None, about: str = ""
) -> Given:
    """Give (above zero) or take (below) with a reason. Nobody is left with less than nothing. `limit` is how much who
    asks may decide alone; `about` names what it is for (`review:<id>`). The same number of the same source is one
    adjustment. Raises Refused.
    """
    with transaction.atomic():
        till = open_till(asked)
        cause = cause_of(asked)
        known = till.told(Act.Kind.ADJUST, cause)
        if known is not None:
            return _same(till, known, points)
        if limit is not None and abs(points) > limit:
            raise Refused(Refusal.LIMIT, limit=limit)
        check(till, points)
        details = _details(asked, points) | ({"about": about} if about else {})
        act = till.act(Act.Kind.ADJUST, cause, details=details, reason=why.value)
        _say(act, words)
        if points > 0:
            act.moves += _put(till, act, points, Account.ADJUSTED)
        else:
            # Nobody else's: sharing is about what one spends.
            act.moves += till.own.spend(-points, at=asked.now, into=Account.ADJUSTED)
        _note(till, asked, act, points)
        return _written(till, act, points)


def check(till: Till, points: Decimal) -> None:
    """That so much can be given, or taken where it is below zero. Raises Refused."""
    check_amount(abs(points), digits=till.digits)
    available = till.own.available(till.book.now)
    if -points > available:
        raise Refused(Refusal.INSUFFICIENT, available=available)


def adjustment(asked: Asked, act: uuid.UUID) -> Act:
    """That adjustment of theirs, which can be taken back. Raises Refused."""
    people = purses.writers(purses.persons([asked.customer])[asked.customer])
    row = Act.objects.filter(customer_id__in=people, id=act, kind=Act.Kind.ADJUST).first()
    if row is None:
        raise Refused(Refusal.UNKNOWN_ADJUSTMENT)
    if (row.details or {}).get("reverses"):
        raise Refused(Refusal.IS_REVERSAL)
    return row


def reverse(asked: Asked, act: uuid.UUID, *, words: str = "") -> Given:
    """Take an adjustment back, once: what it gave is taken, of its very lot first; what it took comes back to the lots
    it was of, with the programme's days of grace where one has ended. Raises Refused.
    """
    with transaction.atomic():
        till = open_till(asked)
        row = adjustment(replace(asked, customer=till.who), act)
        if row.wallet != till.wallet.key:
            raise Refused(Refusal.UNKNOWN_ADJUSTMENT)
        cause, points = f"reversed:{row.id}", -row.change
        if Act.objects.filter(customer_id__in=purses.writers(till.people), cause=cause).exists():
            raise Refused(Refusal.ADJUSTMENT_REVERSED)
        check(till, points)
        back = till.act(
            Act.Kind.ADJUST, cause, details={**_details(asked, points), "reverses": str(row.id)}, reason=row.reason
        )
        _say(back, words)
        if points > 0:
            _give_back(till, row, back, points)
        else:
            back.moves += till.own.withdraw(row.id, -points, at=asked.now)
        _note(till, asked, back, points)
        return _written(till, back, points)


def _give_back(till: Till, row: Act, back: Draft, points: Decimal) -> None:
    """To the lots as far as they are theirs still; the rest is a lot of its own."""
    taken = Movement.objects.filter(customer_id__in=till.people, act_id=row.id, credit=Account.ADJUSTED)
    parts = [Part(lot, amount) for lot, amount in taken.values_list("lot_id", "amount") if lot]
    till.book.bring([part.lot for part in parts])
    own = min(sum((part.amount for part in parts), ZERO), points)
    if own:
        back.moves += till.purse.restore(parts, own, at=till.book.now, grace=till.grace, out_of=Account.ADJUSTED)
    if points > own:
        back.moves += _put(till, back, points - own, Account.ADJUSTED)


def _note(till: Till, asked: Asked, act: Draft, points: Decimal) -> None:
    audit.record(
        audit.Action.POINTS_ADJUSTED,
        actor=asked.actor,
        at=asked.now,
        customer=till.who,
        subject=act.id,
        details={"points": f"{points:f}", "wallet": till.wallet.key, "reason": act.reason},
    )


def _same(till: Till, known: Act, points: Decimal) -> Given:
    if Decimal((known.details or {}).get("points", 0)) != points:
        raise Refused(Refusal.OTHERWISE)
    return Given(known, points, till.available, is_repeated=True)


def _details(asked: Asked, points: Decimal) -> dict[str, str]:
    return {**(asked.details or {}), "points": f"{points:f}"}


def _say(act: Draft, words: str) -> None:
    """What was written beside it, sealed for whose it is."""
    if words:
        keyring = subjects.load([act.customer])
        act.words = keyring.seal(
            words[:LONGEST_WORDS], customer=act.customer, table="loyalty_act", column="words", row=act.id
        )


def _put(till: Till, act: Draft, points: Decimal, out_of: Account) -> list[Move]:
    now = till.book.now
    return till.purse.put(act.id, points, earned_at=now, active_from=now, ends=till.end(now), at=now, out_of=out_of)


def _written(till: Till, act: Draft, points: Decimal) -> Given:
    till.book.write()
    pipeline.mark([till.who], cause="loyalty.given")
    return Given(act, points, till.available)
