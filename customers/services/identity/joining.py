"""One fact names several known customers: whether the machine merges them, and merging them, many at a time.

Only where nothing speaks against it: never by a phone alone, never where given or family names, birth dates or
identifiers of which a person has one differ, and never a pair that a steward keeps apart (ADR 11). Whoever is not
merged becomes a suggestion, as before.
"""

import datetime as dt
import functools
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from cdp.core.actors import SYSTEM
from cdp.core.crypto import subjects
from cdp.core.models import Source
from customers.models import Customer
from customers.rules import identifiers, names, provenance, settling, survivorship
from customers.rules.matching import LIMITS, Matcher
from customers.rules.people import Person
from customers.rules.provenance import Word
from customers.selectors import lineage
from customers.services import merging, suggestions
from customers.services.identity import profiles
from customers.services.identity.batches import Batch

REASON = "identifier"
"""The reason of a merge by machine: one fact named both."""


@dataclass
class _Facts:
    """What may speak against a merge: the values that the customer's row has, or will have after this batch."""

    is_living: bool = True
    lineage: frozenset[uuid.UUID] = frozenset()
    state: settling.State = field(default_factory=settling.State)
    birth: dt.date | None = None
    family: str = ""
    taken: dict[str, provenance.Standing | None] = field(default_factory=dict)
    """What stands about a register since somebody was absorbed."""

    def hear(self, person: Person, word: Word) -> None:
        """What was told since, as the row will take it."""
        self.state.hear(person, word)
        named, born = (self.state.winners.get(register) for register in (provenance.NAME, _BIRTH))
        self.family = _spelt(named.family_name) if named else self.family
        self.birth = born.birth_date if born else self.birth

    def with_(self, absorbed: "_Facts") -> "_Facts":
        """Both as one, as merging by time will have it."""
        stand, absorbs = {}, {}
        for register in _DECIDING:
            ours, theirs = self.standing(register), absorbed.standing(register)
            absorbs[register] = survivorship.is_later(ours, theirs)
            stand[register] = theirs if absorbs[register] else ours
        return _Facts(
            self.is_living and absorbed.is_living,
            self.lineage | absorbed.lineage,
            self.state,
            absorbed.birth if absorbs[_BIRTH] else self.birth,
            absorbed.family if absorbs[provenance.NAME] else self.family,
            stand,
        )

    def standing(self, register: str) -> provenance.Standing | None:
        """What stands about the name or the birth date."""
        return self.taken[register] if self.taken else self.state.standing(register)


_BIRTH = "birth_date"
_DECIDING = (provenance.NAME, _BIRTH)


def _spelt(family_name: str) -> str:
    return " ".join(names.words(family_name))


class Evidence:
    """Answers the matcher of one batch; reads about customers only when two of them meet, which is rare."""

    def __init__(self, matcher: Matcher) -> None:
        """Nobody met yet."""
        self._matcher = matcher
        self._batch: Batch | None = None
        self._words: Sequence[Word] = ()
        self._positions: dict[uuid.UUID, list[int]] = {}
        self._told: dict[uuid.UUID, list[tuple[Person, Word]]] = {}
        self._known: dict[uuid.UUID, _Facts] = {}

    def begin(self, batch: Batch, words: Sequence[Word]) -> None:
        """These people are told of now, with these words. Of those before only what may matter is remembered."""
        for customer, positions in self._positions.items():
            for person, word in map(self._heard, positions):
                if person.birth_date or person.name:
                    kept = Person(
                        name=person.name,
                        given_name=person.given_name,
                        family_name=person.family_name,
                        birth_date=person.birth_date,
                    )
                    self._told.setdefault(customer, []).append((kept, word))
        self._positions = {}
        self._batch, self._words = batch, words

    def note(self, customer: uuid.UUID, position: int) -> None:
        """The person at that place of the batch is this customer."""
        self._positions.setdefault(customer, []).append(position)

    def may_join(self, one: uuid.UUID, other: uuid.UUID, link: str, given_name: int | None) -> bool:
        """See `matching.MayJoin`."""
        if identifiers.KINDS[link].weak:
            return False
        holders = [self._matcher.holder(who) for who in (one, other)]
        called = {holder.given_name for holder in holders} | {given_name}
        called.discard(None)
        ours, theirs = self._facts(one, other)
        if not (ours.is_living and theirs.is_living):
            return False
        differ = any(a and b and a != b for a, b in ((ours.birth, theirs.birth), (ours.family, theirs.family)))
        held = [{slot: frozenset(some) for slot, some in holder.held.items()} for holder in holders]
        return survivorship.may_merge_by_machine(
            survivorship.Evidence(held[0], held[1], LIMITS),
            same_given_name=len(called) < 2 and not differ,
            kept_apart=suggestions.are_apart(ours.lineage, theirs.lineage),
            either_is_anonymous=False,
            link=link,
        )

    def _facts(self, *customers: uuid.UUID) -> list[_Facts]:
        """Of each, together with those this batch has found to be the same person: the borders of batches may not
        decide what speaks against a merge.
        """
        standing = self._matcher.standing
        wholes = [
            [customer, *(who for who in self._matcher.joined if standing(who) == customer)] for customer in customers
        ]
        self._load([who for whole in wholes for who in whole if who not in self._known])
        return [functools.reduce(_Facts.with_, map(self._of, whole)) for whole in wholes]

    def _of(self, customer: uuid.UUID) -> _Facts:
        facts = self._known[customer]
        for person, word in self._told.pop(customer, ()):
            facts.hear(person, word)
        for person, word in map(self._heard, self._positions.pop(customer, ())):
            facts.hear(person, word)
        return facts

    def _heard(self, position: int) -> tuple[Person, Word]:
        assert self._batch is not None, "people are noted after they began"  # noqa: S101
        return self._batch.people[position], self._words[position]

    def _load(self, customers: Collection[uuid.UUID]) -> None:
        if not customers:
            return
        self._known |= {customer: _Facts(lineage=frozenset((customer,))) for customer in customers}
        rows, states = profiles.read(customers)
        if not rows:
            return
        keyring = subjects.load(rows)
        sealed = Customer.objects.filter(id__in=list(rows)).values_list("id", "status", "family_name")
        for customer, status, family_name in sealed:
            family = keyring.open(family_name, table=profiles.TABLE, column="family_name", row=customer)
            self._known[customer] = _Facts(
                status in lineage.LIVING,
                frozenset(lineage.of(customer)),
                states[customer],
                rows[customer][_BIRTH],
                _spelt(family) if family else "",
            )


def join(matcher: Matcher, *, source: Source, at: dt.datetime) -> dict[uuid.UUID, uuid.UUID]:
    """Merge those whom the matcher found to be one; who stands for each absorbed one now. Whoever could not be merged
    this moment (a message is on its way) becomes a suggestion.
    """
    if not matcher.joined:
        return {}
    pairs = {absorbed: matcher.standing(absorbed) for absorbed in matcher.joined}
    why = {
        absorbed: {"named": list(link.kinds), "told_by": provenance.told_by(link.word.source, link.word.fact)}
        for absorbed, link in matcher.links.items()
    }
    done = merging.absorb(pairs=pairs, reason=REASON, actor=SYSTEM, at=at, is_by_time=True, why=why)
    left = [(absorbed, survivor) for absorbed, survivor in pairs.items() if absorbed not in done]
    if left:
        suggestions.ask(left, source=source, at=at)
    return done
