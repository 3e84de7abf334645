"""The last word of a person who was more than one record."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """One statement about one purpose and channel; what `is_lapsed` is no "yes" any more, but nobody refused."""

    at: dt.datetime
    granted: bool
    id: uuid.UUID
    is_lapsed: bool = False

    @property
    def rank(self) -> tuple[dt.datetime, bool, uuid.UUID]:
        """Later wins; at the same instant a "no" wins."""
        return (self.at, not self.granted, self.id)


@dataclass(frozen=True)
class Merge:
    """`survivor` absorbed `absorbed` then; with `until` it was taken back."""

    survivor: uuid.UUID
    absorbed: uuid.UUID
    at: dt.datetime
    until: dt.datetime | None = None


def last(person: uuid.UUID, said: Mapping[uuid.UUID, Sequence[Said]], merges: Iterable[Merge]) -> Said | None:
    """What holds for `person`.

    At a merge a refusal of either side wins, whatever the other had said later, until a grant after the merge; silence
    of one side restricts nothing, and what lapsed on one side counts against an older "yes" only. A "no" that was said
    while two were held to be one holds for both once they are parted, because nobody knows who said it.
    """
    joined = sorted((one for one in merges if one.until is None), key=lambda one: one.at)
    parted = [one for one in merges if one.until is not None and one.absorbed == person]
    stream = list(said.get(person, ()))
    for one in parted:
        stream += [
            word
            for word in said.get(one.survivor, ())
            if not word.granted and one.at < word.at <= (one.until or word.at)
        ]
    return _fold(person, {**said, person: stream}, joined, None)


def _fold(
    person: uuid.UUID, said: Mapping[uuid.UUID, Sequence[Said]], joined: Sequence[Merge], until: dt.datetime | None
) -> Said | None:
    mine = [one for one in joined if one.survivor == person and (until is None or one.at <= until)]
    stream = sorted(_stream(person, said, joined), key=lambda word: word.rank)
    word: Said | None = None
    for position, moment in enumerate([*(one.at for one in mine), until]):
        since = mine[position - 1].at if position else None
        for found in stream:
            if (since is None or found.at > since) and (moment is None or found.at <= moment):
                word = found
        if position < len(mine):
            word = _stricter(word, _fold(mine[position].absorbed, said, joined, mine[position].at))
    return word


def _stream(person: uuid.UUID, said: Mapping[uuid.UUID, Sequence[Said]], joined: Sequence[Merge]) -> list[Said]:
    """What a person said, and what was said under absorbed records after they were absorbed."""
    found = list(said.get(person, ()))
    for one in joined:
        if one.survivor == person:
            found += [word for word in _stream(one.absorbed, said, joined) if word.at > one.at]
    return found


def _stricter(one: Said | None, other: Said | None) -> Said | None:
    words = [word for word in (one, other) if word is not None]
    refusals = [word for word in words if not word.granted and not word.is_lapsed]
    return max(refusals or words, key=lambda word: word.rank, default=None)
