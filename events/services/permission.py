"""What calls tell of permission to measure becomes a statement of the person (`consent.services.signals`).

A "yes" is the word of whose event it is. A "no" leaves the event without a person, but not the word: it is the word of
whom the ids of the call stand for, who are looked up and never made. Where a call names a user it is that user's alone:
the browser may be one that somebody else used before.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from consent.selectors import measurement
from consent.services import signals
from customers.selectors import identifiers as holding
from customers.services import buckets
from events.services.hearing import Told
from events.services.recording import Owner, Spelt

_NOBODY = frozenset(buckets.IDS)
_MEASURING = frozenset({"page", "screen", "track"})


def take(told: Sequence[Told], owners: Sequence[Owner], *, now: dt.datetime) -> None:
    """Hear the words of a batch; no statement at all where none tells of one."""
    words: list[signals.Word] = []
    refusals: list[tuple[Told, bytes]] = []
    for one, owner in zip(told, owners, strict=True):
        if one.word and owner.customer not in _NOBODY:
            words.append(_word(one, owner.customer, granted=True))
        elif one.refused_by is not None:
            refusals.append((one, one.refused_by))
    known = holding.owners({digest for _one, digest in refusals})
    words.extend(_word(one, known[digest], granted=False) for one, digest in refusals if digest in known)
    signals.hear(words, now=now)


def without_refusing(
    spelt: Sequence[Spelt], told: Sequence[Told], owners: Sequence[Owner], *, now: dt.datetime
) -> list[Owner]:
    """The owners once the words of the batch were taken: what measures somebody who refuses that, or whose data may not
    be used now, is nobody's, as it is where the call itself says no. What they ordered stays theirs: it rests on the
    contract, and what an identify tells of them is no measurement.
    """
    silent = measurement.refusing({owner.customer for owner in owners} - _NOBODY, at=now)
    if not silent:
        return list(owners)
    return [
        Owner(buckets.bucket_for(one.raw_id), None)
        if owner.customer in silent and one.kind in _MEASURING and not event.is_order
        else owner
        for event, one, owner in zip(spelt, told, owners, strict=True)
    ]


def _word(one: Told, customer: uuid.UUID, *, granted: bool) -> signals.Word:
    return signals.Word(customer, granted, one.occurred_at, one.source.key, one.message_id, one.shown)
