"""Who told what is known of a person, when, and by what: one word about each field, and which of two words holds.

A customer's row keeps them as JSON: register → [source, time, fact, not before, weak]. The empty register stands for
all that has no entry of its own, so somebody new costs one short constant. A register without an entry that is empty
was never told of; one with an entry that is empty was cleared by that word.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

BASE = ""
NAME, COUNTRY, PLACE = "name", "country", "place"
FAMILY = "family_name"
"""Who told the family name, where a later word told the same name without it; else whoever told the name."""
FILE = "import:"
"""How the facts of imported files begin."""
LONGEST_FACT = 120
_TICK = dt.timedelta(microseconds=1)
AHEAD = dt.timedelta(days=1)
"""A fact lies at most so far ahead of the clock of whoever hears it, as events do."""

Origins = Mapping[str, Sequence[Any]]
"""Register → word, as JSON spells it."""


class Word(NamedTuple):
    """Something was told: by which source, when it was so, and by which fact (`order:1001`, `event:<messageId>`)."""

    source: str
    at: dt.datetime
    fact: str = ""
    not_before: dt.datetime | None = None
    """Somebody who saw what stood there corrected it then: older words have nothing more to say."""
    is_weak: bool = False
    """Told by somebody who need not be who they say they are; it fills what is empty and gives way to every other."""

    @property
    def order(self) -> tuple[dt.datetime, str, str]:
        """The later word is the greater; of two at one moment the message's id decides."""
        return self.at, self.fact, self.source


class Standing(NamedTuple):
    """What is known about one register: the word that told it (None: before words were kept), and how whole it is."""

    word: Word | None
    rank: int = 1
    is_filled: bool = True


def holds(new: Word, rank: int, old: Standing | None) -> bool:
    """Whether a word takes the place of what is known. A whole name or place stands above a part of one; of equals
    the later word holds. What a known hand corrected is only changed by words from after that.
    """
    if old is None or (old.word is None and not old.is_filled):
        return True
    if new.is_weak:
        return False
    if new.not_before is not None:
        return True
    if old.word is None:
        return rank >= old.rank
    if old.word.is_weak:
        return True
    if old.word.not_before is not None and new.at < old.word.not_before:
        return False
    return (rank, new.order) >= (old.rank, old.word.order)


def outdoes(new: Word, rank: int, old: Standing | None) -> bool:
    """Whether a word of somebody absorbed takes the place of the survivor's. Of equal ones the survivor's stays: what
    the survivor heard since they are one was told behind it, at the same moment of the same file.
    """
    is_equal = old is not None and old.word is not None and (rank, new.order) == (old.rank, old.word.order)
    return not is_equal and holds(new, rank, old)


def may_add(new: Word, old: Standing) -> bool:
    """Whether an older word may make fuller what holds: not what was corrected since, and not a weak word."""
    held = old.word
    return not new.is_weak and not (held and held.not_before and new.at < held.not_before)


def kept(new: Word, old: Word | None) -> Word:
    """The word as it is kept when it takes the place of `old`. A correction holds although a clock that is ahead told
    the other one, and what was corrected once goes on keeping older words out.
    """
    if old is None:
        return new
    if new.not_before is not None:
        at = max(new.at, old.at + _TICK)
        return new._replace(at=at, not_before=at)
    return new._replace(not_before=old.not_before)


def is_retold(new: Word, old: Word | None, *, base: Word) -> bool:
    """Whether a word of a file (`base` is the file's) says no more than one that stands: the same source tells the same
    value again, and only the clock of whoever imports it gives it another time. A file read twice is no later news.
    """
    return (
        old is not None
        and base.fact.startswith(FILE)
        and (new.at, new.fact) == (base.at, base.fact)
        and (new.source, new.is_weak, new.not_before) == (old.source, old.is_weak, old.not_before)
    )


def of(origins: Origins | None, register: str) -> Word | None:
    """The word about a register, None where nobody knows any more."""
    if not origins:
        return None
    entry = origins.get(register) or origins.get(BASE)
    return read(entry) if entry else None


def read(entry: Sequence[Any]) -> Word:
    """A word back from its spelling."""
    source, at, fact, *more = entry
    not_before = dt.datetime.fromisoformat(more[0]) if more and more[0] else None
    return Word(source, dt.datetime.fromisoformat(at), fact, not_before, len(more) > 1)


def spelt(word: Word) -> list[Any]:
    """A word as JSON: short, because every customer has at least one."""
    entry: list[Any] = [word.source, moment(word.at), word.fact[:LONGEST_FACT]]
    if word.is_weak:
        return [*entry, moment(word.not_before) if word.not_before else "", 1]
    return [*entry, moment(word.not_before)] if word.not_before else entry


def moment(at: dt.datetime) -> str:
    """A time in UTC, whole seconds without a fraction."""
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def changed(origins: Origins | None, words: Mapping[str, Word]) -> dict[str, Any] | None:
    """The origins with these words, None when they say nothing new. What the base says is not said again."""
    known = dict(origins or {})
    base = known.get(BASE)
    entries = dict(known)
    for register, word in words.items():
        entry = spelt(word)
        if entry == base:
            entries.pop(register, None)
        else:
            entries[register] = entry
    return entries if entries != known else None


def gathered(words: Mapping[str, Word], *, otherwise: Word) -> dict[str, Any]:
    """The origins of somebody new: what most words say is the base, `otherwise` where nothing was said at all."""
    entries = {register: spelt(word) for register, word in words.items()}
    found = list(entries.values())
    base = max(found, key=found.count) if found else spelt(otherwise)
    return {BASE: base} | {register: entry for register, entry in entries.items() if entry != base}


def of_fact(base: Word, *, at: dt.datetime | None, fact: str) -> Word:
    """The word of a fact that knows its own time or name; nothing is told more than a day ahead of `base`."""
    return base._replace(at=min(at, base.at + AHEAD) if at else base.at, fact=fact or base.fact)


def told_by(source: str, fact: str) -> str:
    """Source and fact in one text, for rows that are told once: identifiers and ways of contact."""
    return f"{source} {fact[:LONGEST_FACT]}".rstrip()


def teller(text: str | None) -> tuple[str, str]:
    """(source, fact) of `told_by`; both empty where nobody knows."""
    source, _, fact = (text or "").partition(" ")
    return source, fact
