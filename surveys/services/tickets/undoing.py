"""Taking back what an import made of tickets (see ADR 18).

A ticket is its messages, and whatever is done in one leaves a message. So a ticket that the import made goes while
nobody but the clock has added to it; from others the messages that the import added go, and how the ticket stands is
counted anew from those that are left.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext_noop

from cdp.core import pipeline
from cdp.core.imports import tracing, undoing
from commerce.services import keys
from commerce.services.keys import Owner
from customers.services import standing as owners
from surveys.models import Mention, Reading, Ticket, TicketMessage
from surveys.selectors.tickets import ruling
from surveys.services.tickets import correcting, standing, telling
from surveys.services.tickets.telling import CAUSE, KEYS, Told

MADE, SAID = "tickets.made", "tickets.said"
REMOVED, RESTORED, KEPT = "tickets_removed", "tickets_restored", "tickets_kept"
WORDS = {
    REMOVED: gettext_noop("Tickets removed"),
    RESTORED: gettext_noop("Tickets that lost what the file had added to them"),
    KEPT: gettext_noop("Tickets that stay, because somebody worked on them since"),
}
_OF_THE_CLOCK = "overdue"
_Rating = tuple[int | None, dt.datetime | None]


class _Left(NamedTuple):
    """What the import left of a ticket: its key, its own messages, the rating before and after (None: none told), the
    messages of others that it moved in time.
    """

    key: bytes
    messages: frozenset[uuid.UUID]
    before: _Rating | None
    after: _Rating | None
    moved: tuple[correcting.Move, ...] = ()


def note(told: Told, *, source: str, import_id: uuid.UUID) -> None:
    """Note what a chunk wrote, in its transaction."""
    said = told.said
    made, changed = [], []
    for ticket in told.tickets.values():
        key, rated = telling.key(source, ticket.external_id), told.rated.get(ticket.id)
        noted = [
            key,
            [message.bytes for message in said.get(ticket.id, ())],
            _packed(rated),
            _packed((ticket.satisfaction, ticket.satisfaction_at) if rated else None),
            [
                [one.message.bytes, one.before.isoformat(), one.after.isoformat()]
                for one in told.moved
                if one.ticket == ticket.id
            ],
        ]
        if ticket.id in told.created:
            made.append([ticket.id.bytes, *noted])
        elif ticket.id in told.updated:
            changed.append((ticket.id, noted))
    if made:
        tracing.note(import_id, MADE, made)
    if changed:
        tracing.note_all(import_id, SAID, changed)


def take_back_made(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Remove new tickets with all that belongs to them."""
    for trace in traces:
        left, later = _made(undo, trace)
        mine = _untouched(left, _places(left, lock=True))
        people, tickets = set(mine.values()), list(mine)
        keys.release(KEYS, telling.keys_of_tickets(people, tickets))
        for model, column in ((Reading, "parent_id"), (Mention, "parent_id"), (TicketMessage, "ticket_id")):
            model._default_manager.filter(customer_id__in=people, **{f"{column}__in": tickets}).delete()
        Ticket.objects.filter(customer_id__in=people, id__in=tickets).delete()
        tracing.drop(later)
        undo.count(REMOVED, KEPT, done=len(mine), of=len(left))
        pipeline.mark(sorted(people), cause=CAUSE, lane=pipeline.BULK)


def foresee_made(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    for trace in traces:
        left, _later = _made(undo, trace)
        mine = _untouched(left, _places(left))
        said = TicketMessage.objects.filter(customer_id__in=set(mine.values()), ticket_id__in=list(mine))
        undo.ahead[MADE].update(left)
        undo.ahead[Ticket._meta.label].update(mine)
        undo.ahead[TicketMessage._meta.label].update(said.values_list("id", flat=True))
        undo.count(REMOVED, KEPT, done=len(mine), of=len(left))


def take_back_said(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Remove what was added to tickets that were known, and count anew how they stand."""
    left = _said(traces)
    places = _places(left, lock=True)
    ours = [message for ticket in places for message in left[ticket].messages]
    rows = TicketMessage.objects.filter(customer_id__in=set(places.values()), id__in=ours)
    keys.release(KEYS, [bytes(digest) for digest in rows.values_list("key_digest", flat=True) if digest is not None])
    Reading.objects.filter(customer_id__in=set(places.values()), text_id__in=ours).delete()
    Mention.objects.filter(customer_id__in=set(places.values()), text_id__in=ours).delete()
    rows.delete()
    tickets = list(Ticket.objects.filter(customer_id__in=set(places.values()), id__in=list(places)))
    moved = [one for ticket in places for one in left[ticket].moved]
    correcting.take_back(moved, {ticket.id: ticket for ticket in tickets})
    known, rules = standing.said_in(tickets), ruling.current()
    for ticket in tickets:
        one = left[ticket.id]
        if one.before is not None and one.after == (ticket.satisfaction, ticket.satisfaction_at):
            ticket.satisfaction, ticket.satisfaction_at = one.before
        standing.count(ticket, known.get(ticket.id, ()), rules)
        ticket.save(update_fields=[*standing.COUNTED, "opened_at", "satisfaction", "satisfaction_at"])
    undo.count(RESTORED, KEPT, done=len(tickets), of=len(left))
    pipeline.mark(sorted(set(places.values())), cause=CAUSE, lane=pipeline.BULK)


def foresee_said(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    left = {ticket: one for ticket, one in _said(traces).items() if ticket not in undo.ahead[MADE]}
    places = _places(left)
    undo.ahead[TicketMessage._meta.label].update(message for ticket in places for message in left[ticket].messages)
    undo.count(RESTORED, KEPT, done=len(places), of=len(left))


def _made(undo: undoing.Undo, trace: tracing.Trace) -> tuple[dict[uuid.UUID, _Left], list[tracing.Trace]]:
    """What a chunk made as the whole import left it, and the traces of what the same import added later."""
    made = {uuid.UUID(bytes=ticket): _left(uuid.UUID(bytes=ticket), noted) for ticket, *noted in trace.data}
    later = tracing.of_subjects(undo.import_id, SAID, list(made))
    for ticket, one in _said(later).items():
        first = made[ticket]
        made[ticket] = _Left(first.key, first.messages | one.messages, first.before, one.after or first.after)
    return made, later


def _said(traces: Sequence[tracing.Trace]) -> dict[uuid.UUID, _Left]:
    """By ticket what was added by all tellings."""
    found: dict[uuid.UUID, _Left] = {}
    for trace in traces:
        if trace.subject is not None:
            one, first = _left(trace.subject, trace.data), found.get(trace.subject)
            if first is not None:
                before = one.before if first.before is None else first.before
                moved = first.moved + one.moved
                one = _Left(one.key, first.messages | one.messages, before, one.after or first.after, moved)
            found[trace.subject] = one
    return found


def _left(ticket: uuid.UUID, noted: Sequence[object]) -> _Left:
    key, messages, before, after, *more = noted  # what was noted before moments were corrected has no more
    moves = tuple(
        correcting.Move(ticket, uuid.UUID(bytes=row), dt.datetime.fromisoformat(was), dt.datetime.fromisoformat(now))
        for row, was, now in (more[0] if more else ())  # type: ignore[attr-defined]
    )
    ids = frozenset(uuid.UUID(bytes=one) for one in messages)  # type: ignore[attr-defined]
    return _Left(key, ids, _unpacked(before), _unpacked(after), moves)  # type: ignore[arg-type]


def _packed(rating: _Rating | None) -> list[object] | None:
    return None if rating is None else [rating[0], rating[1].isoformat() if rating[1] else None]


def _unpacked(noted: Sequence[object] | None) -> _Rating | None:
    if noted is None:
        return None
    stars, at = noted
    return stars, dt.datetime.fromisoformat(at) if isinstance(at, str) else None  # type: ignore[return-value]


def _places(left: Mapping[uuid.UUID, _Left], *, lock: bool = False) -> dict[uuid.UUID, uuid.UUID]:
    """Whose those that are left are by now. Locked as everybody does who writes to a ticket: its people, its key."""
    wanted = [one.key for one in left.values()]
    if lock:
        owners.queue({place.customer for place in keys.find(KEYS, wanted).values()})
        keys.claim(KEYS, keys.find(KEYS, wanted))
    places: dict[bytes, Owner] = keys.find(KEYS, wanted)
    return {
        ticket: places[one.key].customer
        for ticket, one in left.items()
        if one.key in places and places[one.key].row == ticket
    }


def _untouched(left: Mapping[uuid.UUID, _Left], places: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Those (with whose they are) in which nobody said or did anything since, and that nobody rated anew."""
    people: Collection[uuid.UUID] = set(places.values())
    said: defaultdict[uuid.UUID, bool] = defaultdict(bool)
    rows = TicketMessage.objects.filter(customer_id__in=people, ticket_id__in=list(places))
    for ticket, message, act in rows.values_list("ticket_id", "id", "act"):
        said[ticket] |= message not in left[ticket].messages and act != _OF_THE_CLOCK
    rated = Ticket.objects.filter(customer_id__in=people, id__in=list(places))
    ratings = {ticket: (stars, at) for ticket, stars, at in rated.values_list("id", "satisfaction", "satisfaction_at")}
    return {
        ticket: customer
        for ticket, customer in places.items()
        if not said[ticket] and ratings.get(ticket) == (left[ticket].after or (None, None))
    }


PARTS = (
    undoing.Part(MADE, 17, take_back_made, foresee_made),
    undoing.Part(SAID, 19, take_back_said, foresee_said),
)
