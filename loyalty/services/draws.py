"""Prize draws from the draft to the last prize: announced, closed with a frozen list, drawn, and handed on.

Every step locks the draw's row first, so that two people at the button, or the button and the beat, take turns. What is
won is given afterwards, each in a transaction of its own (`prizes`), and found again by the beat after a kill.
"""

import secrets
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cdp.core import audit, ids
from cdp.core.actors import SYSTEM, Actor
from cdp.core.crypto import ring, subjects
from consent.selectors import restrictions
from customers.selectors import lineage
from customers.services import standing
from loyalty.models import Draw, DrawExclusion, DrawWin, Offer
from loyalty.rules import draws as rules
from loyalty.rules.draws import Prize, Terms
from loyalty.selectors import draws as reading
from loyalty.selectors import entering

SEED_BYTES = 32
RESERVES = 20
LONGEST_WORDS = 300
COUNTED_EVERY = timedelta(minutes=10)
Why, State = DrawWin.Why, DrawWin.State


class UnableToDraw(Exception):
    """Nothing was changed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Told:
    """What staff say of a draw."""

    key: str
    names: Mapping[str, str]
    terms: Mapping[str, Any]
    opens_at: datetime
    closes_at: datetime
    draws_on: date
    notes: Mapping[str, str]
    answer_days: int | None = None
    witness_of: str = ""


def context(draw: uuid.UUID) -> bytes:
    """What a wrapped seed is bound to."""
    return b"loyalty.draw\n" + draw.bytes


# --- before -----------------------------------------------------------------------------------------------------------


def save(*, told: Told, actor: Actor, now: datetime, draw: uuid.UUID | None = None) -> Draw:
    """A new draft, or one with other words. Raises UnableToDraw, and `structures.Invalid` for its terms."""
    terms = rules.read(told.terms)
    _check(told, terms)
    with transaction.atomic():
        row = _locked(draw) if draw else _new(now)
        if row.state != Draw.State.DRAFT:
            raise UnableToDraw(_("It was announced: its conditions cannot change any more."))
        if Draw.objects.filter(key=told.key).exclude(id=row.id).exists():
            raise UnableToDraw(_("There is another draw with this key."))
        for name in ("key", "opens_at", "closes_at", "draws_on", "answer_days"):
            setattr(row, name, getattr(told, name))
        row.names, row.notes = dict(told.names), dict(told.notes)
        row.terms, row.witness_of = rules.written(terms), told.witness_of.strip()[:200]
        row.save()
        _note(audit.Action.DRAW_SAVED, row, actor, now)
    return row


def _new(now: datetime) -> Draw:
    row, key_ring = Draw(id=ids.uuid7(), created_at=now), ring.current()
    row.ring_key = key_ring.primary
    row.wrapped = key_ring.wrap(secrets.token_bytes(SEED_BYTES), context=context(row.id))
    return row


def _check(told: Told, terms: Terms) -> None:
    if told.closes_at <= told.opens_at:
        raise UnableToDraw(_("It would close before it opens."))
    if told.draws_on < timezone.localdate(told.closes_at):
        raise UnableToDraw(_("It would be drawn before it closes."))
    wanted = {prize.offer for prize in terms.prizes if prize.what == "coupon" and prize.offer}
    known = set(Offer.objects.filter(key__in=wanted).values_list("key", flat=True))
    if missing := wanted - known:
        raise UnableToDraw(_("There is no offer “%(key)s”.") % {"key": min(missing)})


def announce(*, draw: uuid.UUID, actor: Actor, now: datetime) -> Draw:
    """From now on nothing changes, and the digest of the seed that lies locked away is shown. Raises UnableToDraw."""
    with transaction.atomic():
        row = _locked(draw)
        if row.state != Draw.State.DRAFT:
            raise UnableToDraw(_("It was announced already."))
        if row.closes_at <= now:
            raise UnableToDraw(_("Its closing has passed. Give it another one."))
        row.commitment, row.state, row.opened_at = rules.commitment(_seed(row)), Draw.State.OPEN, now
        row.save()
        _note(audit.Action.DRAW_OPENED, row, actor, now, commitment=row.commitment)
    return row


def call_off(*, draw: uuid.UUID, actor: Actor, now: datetime) -> Draw:
    """It does not take place. Raises UnableToDraw once it was drawn."""
    with transaction.atomic():
        row = _locked(draw)
        if row.state == Draw.State.DRAWN:
            raise UnableToDraw(_("It was drawn: what was won stays won."))
        row.state = Draw.State.CANCELLED
        row.save()
        _note(audit.Action.DRAW_CANCELLED, row, actor, now)
    return row


def exclude(*, draw: uuid.UUID, customer: uuid.UUID, words: str, actor: Actor, now: datetime) -> DrawExclusion:
    """Leave somebody out, with the reason; also after the closing: their place is passed over. Raises UnableToDraw."""
    if not words.strip():
        raise UnableToDraw(_("Say why."))
    with transaction.atomic():
        row = _locked(draw)
        if row.state not in (Draw.State.OPEN, Draw.State.CLOSED):
            raise UnableToDraw(_("Nobody can be left out any more, or not yet."))
        who = standing.hold([customer]).get(customer)
        if who is None:
            raise UnableToDraw(_("This customer is no longer here."))
        known = DrawExclusion.objects.filter(customer_id__in=lineage.of(who), draw_id=row.id).first()
        if known is not None:
            return known
        ident = ids.uuid7()
        sealed = subjects.load([who]).seal(
            words.strip()[:LONGEST_WORDS], customer=who, table="loyalty_drawexclusion", column="words", row=ident
        )
        found = DrawExclusion.objects.create(
            id=ident, customer_id=who, draw_id=row.id, words=sealed, at=now, actor_id=actor.id
        )
        _note(audit.Action.DRAW_EXCLUDED, row, actor, now, customer=who)
    return found


# --- closing and drawing ----------------------------------------------------------------------------------------------


def close(*, draw: uuid.UUID, now: datetime, actor: Actor = SYSTEM) -> Draw:
    """Freeze the list of those who take part, and its digest. Again it changes nothing. Raises UnableToDraw."""
    with transaction.atomic():
        row = _locked(draw)
        if row.state in (Draw.State.CLOSED, Draw.State.DRAWN):
            return row
        if row.state != Draw.State.OPEN or now < row.closes_at:
            raise UnableToDraw(_("It is not over yet."))
        entering.freeze(row, at=now)
        row.places = row.entries = 0

        def counted() -> Iterator[tuple[int, int]]:
            for number, entries in reading.places(row):
                row.places += 1
                row.entries += entries
                yield number, entries

        row.list_digest = rules.digest(counted())
        row.state, row.closed_at, row.counted_at = Draw.State.CLOSED, now, now
        row.save()
        _note(audit.Action.DRAW_CLOSED, row, actor, now, digest=row.list_digest, places=row.places)
    return row


def draw(*, draw: uuid.UUID, actor: Actor, now: datetime, witness: str = "") -> Draw:
    """Reveal the seed and let the winners come up. Raises UnableToDraw."""
    with transaction.atomic():
        row = _locked(draw)
        if row.state != Draw.State.CLOSED:
            raise UnableToDraw(_("It is not closed yet, or was drawn already."))
        if timezone.localdate(now) < row.draws_on:
            raise UnableToDraw(_("It was announced for another day."))
        if row.witness_of and not witness.strip():
            raise UnableToDraw(_("Write what came out of “%(what)s”.") % {"what": row.witness_of})
        row.seed, row.witness = _seed(row), witness.strip()[:200] if row.witness_of else ""
        row.state, row.drawn_at = Draw.State.DRAWN, now
        row.save()
        terms = rules.read(row.terms)
        _let_win(row, terms, range(terms.winners), now)
        _note(audit.Action.DRAW_DRAWN, row, actor, now, seed=row.seed)
    return row


def _seed(row: Draw) -> str:
    return ring.current().unwrap(bytes(row.wrapped), ring_key=row.ring_key, context=context(row.id)).hex()


def _let_win(row: Draw, terms: Terms, free: Iterable[int], now: datetime) -> None:
    """Give the prizes at these places (`Terms.prize`) to whoever comes up next; who cannot win is passed over."""
    wins = reading.wins(row)
    won = {win.customer_id for win in wins if win.state in reading.TOLD}
    taken = set(lineage.standing(won).values())
    open_ones, left_out = list(free), entering.left_out(row)
    for win in _next(row, terms, wins):
        if not open_ones:
            break
        who = lineage.standing([win.customer_id]).get(win.customer_id)
        win.why = _why_not(who, taken, left_out, now)
        if win.why or who is None:
            win.state = State.PASSED
        else:
            taken.add(who)
            prize = terms.prize(open_ones.pop(0))
            win.prize = prize
            _begin(row, terms.prizes[prize], win, now)
        win.save()


def _begin(row: Draw, prize: Prize, win: DrawWin, now: datetime) -> None:
    waits = prize.what == "words" and row.answer_days
    win.state = State.WAITING if waits else State.WON
    if waits:
        last = timezone.localdate(now) + timedelta(days=(row.answer_days or 0) + 1)
        win.answer_by = timezone.make_aware(datetime.combine(last, time()))


def _why_not(
    who: uuid.UUID | None, taken: Collection[uuid.UUID], left_out: Collection[uuid.UUID], now: datetime
) -> str:
    if who is None:
        return Why.GONE.value
    if who in taken:
        return Why.SAME.value
    if who in left_out or restrictions.restricted([who], at=now):
        return Why.EXCLUDED.value
    return ""


def _next(row: Draw, terms: Terms, wins: list[DrawWin]) -> Iterator[DrawWin]:
    """Reserves in their order; when there are none left, more of the list comes up."""
    yield from (win for win in wins if win.state == State.RESERVE)
    known = max((win.rank for win in wins), default=0)
    while known < row.places:
        seed = rules.mixed(row.seed, row.witness)
        numbers = rules.order(seed, reading.places(row), known + terms.winners + RESERVES)[known:]
        if not numbers:
            return
        owners = reading.owners(row, numbers)
        fresh = [
            DrawWin(draw_id=row.id, number=number, rank=rank, customer_id=owners[number], state=State.RESERVE)
            for rank, number in enumerate(numbers, known + 1)
        ]
        DrawWin.objects.bulk_create(fresh)
        known += len(fresh)
        yield from fresh


# --- afterwards -------------------------------------------------------------------------------------------------------


def pass_over(*, draw: uuid.UUID, win: uuid.UUID, why: str, actor: Actor, now: datetime) -> DrawWin:
    """Somebody does not get their prize: whoever is next has it. Raises UnableToDraw once it was handed over."""
    with transaction.atomic():
        row = _locked(draw)
        held = _win(row, win)
        if held.state not in (State.WAITING, State.WON) or held.prize is None:
            raise UnableToDraw(_("This prize was handed over already."))
        terms = rules.read(row.terms)
        place = sum(prize.count for prize in terms.prizes[: held.prize])
        held.state, held.why, held.prize = State.PASSED, why, None
        held.save()
        _let_win(row, terms, [place], now)
        _note(audit.Action.DRAW_ENDED, row, actor, now, customer=held.customer_id, number=held.number, why=why)
    return held


def answer(*, draw: uuid.UUID, win: uuid.UUID, wants: bool, actor: Actor, now: datetime) -> DrawWin:
    """A winner says whether they want it; staff may say it for them. Again it changes nothing. Raises UnableToDraw."""
    if not wants:
        return pass_over(draw=draw, win=win, why=Why.DECLINED.value, actor=actor, now=now)
    with transaction.atomic():
        held = _win(_locked(draw), win)
        if held.state == State.WAITING:
            held.state, held.answered_at, held.answer_by = State.WON, now, None
            held.save()
        elif held.state not in (State.WON, State.DONE):
            raise UnableToDraw(_("The time to answer is over, and somebody else has the prize."))
    return held


def hand_over(*, draw: uuid.UUID, win: uuid.UUID, actor: Actor, now: datetime) -> DrawWin:
    """Somebody has what they won. Raises UnableToDraw for who has not won."""
    with transaction.atomic():
        row = _locked(draw)
        held = _win(row, win)
        if held.state not in (State.WAITING, State.WON, State.DONE):
            raise UnableToDraw(_("This number has not won."))
        if held.state != State.DONE:
            held.state, held.done_at, held.done_by, held.answer_by = State.DONE, now, actor.id, None
            held.save()
            _note(audit.Action.DRAW_ENDED, row, actor, now, customer=held.customer_id, number=held.number)
    return held


def close_due(*, now: datetime) -> int:
    """Close what is over. Returns how many draws."""
    due = Draw.objects.filter(state=Draw.State.OPEN, closes_at__lte=now).values_list("id", flat=True)
    return len([close(draw=one, now=now) for one in list(due)])


def pass_late(*, now: datetime) -> int:
    """Who has not answered in time is passed over. Returns how many, at most a hundred."""
    late = DrawWin.objects.filter(state=State.WAITING, answer_by__lte=now).order_by("answer_by", "id")
    found = list(late.values_list("draw_id", "id")[:100])
    for one, win in found:
        pass_over(draw=one, win=win, why=Why.LATE.value, actor=SYSTEM, now=now)
    return len(found)


def count_open(*, now: datetime) -> None:
    """How many take part so far, for the pages."""
    stale = Draw.objects.filter(state=Draw.State.OPEN).exclude(counted_at__gt=now - COUNTED_EVERY)
    for row in stale:
        places, entries = entering.count(row, at=now)
        Draw.objects.filter(id=row.id, state=Draw.State.OPEN).update(places=places, entries=entries, counted_at=now)


def _locked(draw: uuid.UUID) -> Draw:
    return Draw.objects.select_for_update().get(id=draw)


def _win(row: Draw, win: uuid.UUID) -> DrawWin:
    found = DrawWin.objects.filter(draw_id=row.id, id=win).first()
    if found is None:
        raise UnableToDraw(_("This number has not won."))
    return found


def _note(action: audit.Action, row: Draw, actor: Actor, now: datetime, **told: Any) -> None:
    customer = told.pop("customer", None)
    audit.record(action, actor=actor, at=now, customer=customer, subject=row.id, details={"draw": row.key, **told})
