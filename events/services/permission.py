"""What calls tell of permission to measure becomes a statement of the person (`consent.services.signals`).

A "yes" is the word of whose event it is. A "no" leaves the event without a person, but not the word: it is the word of
whom the ids of the call stand for, who are looked up and never made.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from consent.services import signals
from customers.selectors import identifiers as holding
from customers.services import buckets
from customers.services.identity import visitors
from events.rules import visits
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
        elif word is False and (one.call.event.user_id or one.call.event.anonymous_id):
            refusals.append(one)
    digests = {id(one): _digests(one) for one in refusals}
    known = holding.owners({digest for found in digests.values() for digest in found})
    for one in refusals:
        customers = dict.fromkeys(known[digest] for digest in digests[id(one)] if digest in known)
        words.extend(_word(one, customer, granted=False) for customer in customers)
    signals.hear(words, now=now)


def _digests(one: Told) -> list[bytes]:
    event = one.call.event
    named = [holding.digest("external_id", event.user_id, one.source.key)] if event.user_id else []
    return named + ([visitors.digest(event.anonymous_id)] if event.anonymous_id else [])


def _word(one: Told, customer: uuid.UUID, *, granted: bool) -> signals.Word:
    event = one.call.event
    return signals.Word(customer, granted, event.occurred_at, one.source.key, event.message_id)
