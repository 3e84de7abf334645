"""What calls tell of permission to measure becomes a statement of the person (`consent.services.signals`).

A "yes" is the word of whose event it is. A "no" leaves the event without a person, but not the word: it is the word of
whom the ids of the call stand for, who are looked up and never made. Where a call names a user it is that user's alone:
the browser may be one that somebody else used before.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from consent.services import signals
from customers.selectors import identifiers as holding
from customers.services import buckets
from customers.services.identity import visitors
from events.rules import visits
from events.services import people
from events.services.people import Owner, Told

_NOBODY = frozenset(buckets.IDS)


def take(told: Sequence[Told], owners: Sequence[Owner], *, now: dt.datetime) -> None:
    """Hear the words of a batch; no statement at all where none tells of one."""
    words: list[signals.Word] = []
    refusals: list[Told] = []
    for one, owner in zip(told, owners, strict=True):
        word = visits.measurement_word(one.call.event.context)
        if word and owner.customer not in _NOBODY:
            words.append(_word(one, owner.customer, granted=True))
        elif word is False:
            refusals.append(one)
    named = [(one, digest) for one in refusals if (digest := _digest(one)) is not None]
    known = holding.owners({digest for _one, digest in named})
    words.extend(_word(one, known[digest], granted=False) for one, digest in named if digest in known)
    signals.hear(words, now=now)


def _digest(one: Told) -> bytes | None:
    """The id that says whose word it is. A visitor whom nobody knows has no statement that could be written, so that
    beside a user the browser's id adds nobody but a wrong person.
    """
    event = one.call.event
    if user := people.kept(event.user_id, "external_id"):
        return holding.digest("external_id", user, one.source.key)
    visitor = people.kept(event.anonymous_id)
    return visitors.digest(visitor) if visitor else None


def _word(one: Told, customer: uuid.UUID, *, granted: bool) -> signals.Word:
    event = one.call.event
    return signals.Word(customer, granted, event.occurred_at, one.source.key, event.message_id)
