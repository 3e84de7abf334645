"""Paying with points: put aside, then redeemed in whole or part or given back; at once; and taken back later.

Every redemption is one row of `Hold`, a direct one too, and every act about it names that row as its fact. Whoever
writes holds the lock of the person's book, so a hold is decided once; told again it is the same.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from cdp.core import pipeline
from cdp.core.actors import SYSTEM
from loyalty.models import Act, Hold, Reward, WalletType
from loyalty.rules import paying
from loyalty.rules.purse import ZERO, Part, TooLittle
from loyalty.rules.spending import Refusal, Refused, check_amount, check_chosen
from loyalty.selectors import accounts, taken
from loyalty.services import given_back, rewards
from loyalty.services.book import Book
from loyalty.services.tills import Asked, Till, open_till, patiently

MINUTES = 30
LONGEST_MINUTES = 10_080
AT_ONCE = 200
"""Of how many holds the people are looked at in one transaction."""


@dataclass(frozen=True, slots=True)
class Done:
    """The hold as it is now, what can be spent now, and whether it had been told before. `points` is how much this
    call moved: put aside, redeemed, or given back. `worth` is what is redeemed in money, and in which.
    """

    hold: Hold
    points: Decimal
    available: Decimal
    wallet: WalletType
    worth: tuple[Decimal | None, str]
    is_repeated: bool = False


# --- putting aside and redeeming ---


@patiently
def hold(
    asked: Asked,
    points: Decimal | None = None,
    *,
    minutes: int | None = None,
    reward: str = "",
    basket: Decimal | None = None,
    resolved_by: bytes | None = None,
) -> Done:
    """Put points aside for a sale that is under way, for so many minutes (left out: as the programme says): so many, or
    what a reward costs.

    The same number of the same source is the same hold while that is open or redeemed. `basket` is what the sale comes
    to, where that is known: the programme says how much of it may be paid with points. Raises Refused.
    """
    with transaction.atomic():
        asked, points, prize = _wanted(asked, points, reward)
        till = _ready(asked, points, is_chosen=not reward, basket=basket)
        known = _told(till, asked, points, reward)
        if known is not None:
            return _again(till, known, known.amount)
        lasts = minutes or (till.programme.hold_minutes if till.programme else MINUTES)
        until = asked.now + timedelta(minutes=min(lasts, LONGEST_MINUTES))
        row = _row(till, asked, points, reward=prize, until=until, resolved_by=resolved_by)
        act = till.act(Act.Kind.HOLD, f"hold:{row.id}", fact=row.id, details=asked.details)
        with _enough():
            act.moves += till.purse.hold(points, at=asked.now)
        return _written(till, row, points)


@patiently
def redeem(
    asked: Asked,
    points: Decimal | None = None,
    *,
    reward: str = "",
    basket: Decimal | None = None,
    resolved_by: bytes | None = None,
) -> Done:
    """Put aside and redeem in one: so many, or what a reward costs. The same number of the same source is the same
    redemption. Raises Refused.
    """
    with transaction.atomic():
        asked, points, prize = _wanted(asked, points, reward)
        till = _ready(asked, points, is_chosen=not reward, basket=basket)
        known = _told(till, asked, points, reward)
        if known is not None:
            if known.state == Hold.State.OPEN:
                raise Refused(Refusal.OTHERWISE)
            return _again(till, known, known.captured)
        row = _row(till, asked, points, reward=prize, until=asked.now, resolved_by=resolved_by)
        row.state, row.captured, row.ended_at = Hold.State.CAPTURED, points, asked.now
        act = till.act(Act.Kind.REDEEM, f"hold:{row.id}", fact=row.id, details=asked.details)
        with _enough():
            act.moves += till.purse.spend(points, at=asked.now)
        till.note_redemption()
        rewards.give(till, row)
        return _written(till, row, points)


def _wanted(asked: Asked, points: Decimal | None, reward: str) -> tuple[Asked, Decimal, Reward | None]:
    """How much of which wallet: a reward says both. Raises Refused."""
    if not reward:
        return asked, points or ZERO, None
    prize = rewards.known(reward)
    return replace(asked, wallet=prize.wallet), prize.cost, prize


def _ready(asked: Asked, points: Decimal, *, is_chosen: bool, basket: Decimal | None) -> Till:
    """The purse of who wants to spend, with what ran out given back. Raises Refused."""
    till = open_till(asked)
    check_amount(points, digits=till.digits)
    if is_chosen and till.wallet.kind == till.wallet.Kind.POINTS:
        check_chosen(points, till.how)
        if basket is None and till.how.worth and till.how.most_of_basket < 1:
            raise Refused(Refusal.BASKET)
        if basket is not None:
            paying.check_points(points, basket, till.how)
    late = _lapse(till.book, accounts.overdue(till.sharers, asked.now), till.grace, whole=set(till.people))
    rewards.put_back(till.shelf, late)
    return till


def _told(till: Till, asked: Asked, points: Decimal, reward: str) -> Hold | None:
    """The hold that this number means already: a sale may be paid out of several wallets, from each once. One that
    was given back stands in nobody's way.
    """
    if not asked.reference:
        return None
    known = Hold.objects.filter(
        customer_id__in=till.people,
        source=asked.source,
        reference=asked.reference,
        wallet=till.wallet.key,
        state__in=[Hold.State.OPEN, Hold.State.CAPTURED],
    ).first()
    if known is not None and (known.reward != reward or (not reward and known.amount != points)):
        raise Refused(Refusal.OTHERWISE)
    return known


def _again(till: Till, row: Hold, points: Decimal) -> Done:
    """It was told before; what only time did since is written."""
    till.book.write()
    rewards.count(till.shelf)
    return _done(till, row, points, is_repeated=True)


def _row(
    till: Till, asked: Asked, points: Decimal, *, reward: Reward | None, until: datetime, resolved_by: bytes | None
) -> Hold:
    """The row of a redemption, with a piece of the reward taken where it is one. Raises Refused."""
    if reward is not None:
        rewards.take(till, reward)
    return Hold(
        customer_id=till.who,
        wallet=till.wallet.key,
        amount=points,
        until=until,
        reward=reward.key if reward else "",
        gave=rewards.frozen(reward) if reward else None,
        reference=asked.reference,
        source=asked.source,
        made_at=asked.now,
        resolved_by=resolved_by,
    )


@contextmanager
def _enough() -> Iterator[None]:
    try:
        yield
    except TooLittle as error:
        raise Refused(Refusal.INSUFFICIENT, available=error.available) from error


def _written(till: Till, row: Hold, points: Decimal) -> Done:
    till.book.write()
    row.save()
    rewards.count(till.shelf)
    pipeline.mark([till.who], cause="loyalty.hold")
    return _done(till, row, points)


def _done(till: Till, row: Hold, points: Decimal, *, is_repeated: bool = False) -> Done:
    return Done(row, points, till.available, till.wallet, till.worth(row.captured), is_repeated)


# --- deciding a hold ---


@patiently
def capture(asked: Asked, hold_id: uuid.UUID, points: Decimal | None = None) -> Done:
    """Redeem what was put aside, or only so much of it: the rest goes back to its lots. Raises Refused."""
    with transaction.atomic():
        row, till = _found(asked, hold_id)
        wanted = row.amount if points is None else points
        check_amount(wanted, digits=till.digits)
        if row.state == Hold.State.CAPTURED and row.captured == wanted:
            return _done(till, row, wanted, is_repeated=True)
        _check_open(row, asked.now)
        _check_whole(row, wanted, row.amount)
        if wanted > row.amount:
            raise Refused(Refusal.MORE_THAN_HELD, available=row.amount)
        parts = taken.held(row.id, list(till.book.tops))
        act = till.act(Act.Kind.CAPTURE, f"hold:{row.id}", fact=row.id)
        for purse, some in till.book.apart(row.wallet, parts, wanted):
            act.moves += purse.capture(some, sum((part.amount for part in some), ZERO))
        used = {move.lot: move.amount for move in act.moves}
        rest = [Part(part.lot, part.amount - used.get(part.lot, ZERO)) for part in parts]
        if wanted < row.amount:
            back = till.act(Act.Kind.RELEASE, f"hold:{row.id}", fact=row.id)
            for purse, some in till.book.apart(row.wallet, rest):
                back.moves += purse.release(some, at=asked.now, grace=till.grace)
        row.state, row.captured, row.ended_at = Hold.State.CAPTURED, wanted, asked.now
        till.note_redemption()
        rewards.give(till, row)
        return _written(till, row, wanted)


@patiently
def release(asked: Asked, hold_id: uuid.UUID) -> Done:
    """Give back what was put aside, to the very lots. Raises Refused."""
    with transaction.atomic():
        row, till = _found(asked, hold_id)
        if row.state in {Hold.State.RELEASED, Hold.State.LAPSED}:
            return _done(till, row, row.amount, is_repeated=True)
        if row.state == Hold.State.CAPTURED:
            raise Refused(Refusal.CAPTURED)
        act = till.act(Act.Kind.RELEASE, f"hold:{row.id}", fact=row.id)
        parts = taken.held(row.id, list(till.book.tops))
        for purse, some in till.book.apart(row.wallet, parts):
            act.moves += purse.release(some, at=asked.now, grace=till.grace)
        row.state, row.ended_at = Hold.State.RELEASED, asked.now
        rewards.put_back(till.shelf, [row])
        return _written(till, row, row.amount)


def _found(asked: Asked, hold_id: uuid.UUID, *, members_only: bool = True) -> tuple[Hold, Till]:
    """The hold behind its lock. Somebody else's is told apart from one that nobody has."""
    known = Hold.objects.filter(id=hold_id).first()
    if known is None:
        raise Refused(Refusal.UNKNOWN_HOLD)
    till = open_till(replace(asked, wallet=known.wallet), members_only=members_only)
    row = Hold.objects.filter(customer_id__in=till.people, id=hold_id).first()
    if row is None:
        raise Refused(Refusal.FOREIGN_HOLD)
    return row, till


def _check_whole(row: Hold, wanted: Decimal, whole: Decimal) -> None:
    if row.reward and wanted < whole:
        raise Refused(Refusal.WHOLE_REWARD)


def _check_open(row: Hold, now: datetime) -> None:
    if row.state == Hold.State.CAPTURED:
        raise Refused(Refusal.CAPTURED)
    if row.state == Hold.State.RELEASED:
        raise Refused(Refusal.RELEASED)
    if row.state == Hold.State.LAPSED or row.until <= now:
        raise Refused(Refusal.LAPSED)


# --- time ---


@patiently
def lapse(*, now: datetime) -> int:
    """Give back what was put aside for too long: everything of those whose turn it is. Returns how many holds."""
    with transaction.atomic():
        due = Hold.objects.filter(state=Hold.State.OPEN, until__lte=now).order_by("until")[:AT_ONCE]
        whose = set(due.values_list("customer_id", flat=True))
        if not whose:
            return 0
        book = Book.open(whose, now=now, actor=SYSTEM)
        late, grace = accounts.overdue(list(book.tops), now), timedelta(days=accounts.refunds(now).grace_days)
        asked = {row for top in {book.tops[who] for who in whose if who in book.tops} for row in book.members[top]}
        found = _lapse(book, late, grace, whole=asked)
        book.write()
        shelf: Counter[str] = Counter()
        rewards.put_back(shelf, found)
        rewards.count(shelf)
        pipeline.mark({row.customer_id for row in found}, cause="loyalty.hold")
    return len(found)


def _lapse(book: Book, rows: Sequence[Hold], grace: timedelta, *, whole: Collection[uuid.UUID]) -> list[Hold]:
    """In an open book: give back holds whose time ran out, as of that moment; which ones were.

    Of the rows of `whole` everybody is in the book with whom they ever shared. Of others a hold may lie on lots that
    are not in it: those wait for a book of their own.
    """
    parts = taken.held_of([row.id for row in rows], list(book.tops))
    done = []
    for row in rows:
        if row.customer_id not in whole and sum((part.amount for part in parts[row.id]), ZERO) < row.amount:
            continue
        act = book.act(row.customer_id, row.wallet, Act.Kind.RELEASE, cause=f"hold:{row.id}", fact=row.id, at=row.until)
        for purse, some in book.apart(row.wallet, parts[row.id]):
            act.moves += purse.lapse(some, until=row.until, at=book.now, grace=grace)
        row.state, row.ended_at = Hold.State.LAPSED, row.until
        row.save(update_fields=["state", "ended_at"])
        done.append(row)
    return done


# --- taking a redemption back ---


@patiently
def reverse(asked: Asked, redemption: uuid.UUID, points: Decimal | None = None) -> Done:
    """Give redeemed points back to the lots they were of, all that is left of them or so many; where a lot has ended
    they can be spent for the programme's days of grace. `asked.reference` is the number of the return: told again, it
    is the same. Raises Refused.
    """
    with transaction.atomic():
        row, till = _found_redemption(asked, redemption)
        cause = f"hold:{row.id}:{asked.name.hex}"
        known = till.told(Act.Kind.RESTORE, cause)
        if known is not None:
            given = Decimal((known.details or {})["points"])
            if points is not None and given != points:
                raise Refused(Refusal.OTHERWISE)
            return _done(till, row, given, is_repeated=True)
        left = row.captured - row.restored
        if left <= 0:
            raise Refused(Refusal.REVERSED)
        wanted = left if points is None else points
        check_amount(wanted, digits=till.digits)
        if wanted > left:
            raise Refused(Refusal.MORE_THAN_REDEEMED, available=left)
        _check_whole(row, wanted, row.captured)
        rewards.undo(till, row)
        act = till.act(Act.Kind.RESTORE, cause, fact=row.id, details={**(asked.details or {}), "points": f"{wanted:f}"})
        given_back.restore(till.book, row, act, wanted, given_back.Terms(till.grace, till.end_of))
        return _written(till, row, wanted)


def _found_redemption(asked: Asked, redemption: uuid.UUID) -> tuple[Hold, Till]:
    try:
        row, till = _found(asked, redemption, members_only=False)
    except Refused as error:
        if error.reason in {Refusal.UNKNOWN_HOLD, Refusal.FOREIGN_HOLD}:
            raise Refused(Refusal.UNKNOWN_REDEMPTION) from error
        raise
    if row.state != Hold.State.CAPTURED:
        raise Refused(Refusal.NOT_REDEEMED)
    return row, till
