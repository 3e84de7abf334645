"""One fact names several known customers: whether the machine merges them, and merging them, many at a time.

Only where nothing speaks against it: never by a phone alone, never where given or family names, birth dates or
identifiers of which a person has one differ, and never a pair that a steward keeps apart (ADR 11). Whoever is not
merged becomes a suggestion, as before.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from cdp.core.actors import SYSTEM
from cdp.core.crypto import subjects
from cdp.core.models import Source
from customers.models import Customer, MergeSuggestion
from customers.rules import names, provenance, survivorship
from customers.rules.matching import LIMITS, Link, Matcher
from customers.selectors import lineage
from customers.services import merging, suggestions
from customers.services.identity.batches import Batch

REASON = "identifier"
"""The reason of a merge by machine: one fact named both."""


@dataclass
class _Facts:
    """What may speak against a merge."""

    is_living: bool = True
    births: set[dt.date] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    lineage: frozenset[uuid.UUID] = frozenset()


class Evidence:
    """Answers the matcher of one batch; reads about customers only when two of them meet, which is rare."""

    def __init__(self, batch: Batch, matcher: Matcher) -> None:
        """Nobody met yet."""
        self._batch, self._matcher = batch, matcher
        self._positions: dict[uuid.UUID, list[int]] = {}
        self._known: dict[uuid.UUID, _Facts] = {}

    def note(self, customer: uuid.UUID, position: int) -> None:
        """The person at that place of the batch is this customer."""
        self._positions.setdefault(customer, []).append(position)

    def may_join(self, one: uuid.UUID, other: uuid.UUID, link: str, given_name: int | None) -> bool:
        """See `matching.MayJoin`."""
        if link == "phone":
            return False
        holders = [self._matcher.holder(who) for who in (one, other)]
        called = {holder.given_name for holder in holders} | {given_name}
        called.discard(None)
        ours, theirs = self._facts(one, other)
        if not (ours.is_living and theirs.is_living):
            return False
        differ = any(
            a and b and a.isdisjoint(b) for a, b in ((ours.births, theirs.births), (ours.families, theirs.families))
        )
        held = [{slot: frozenset(some) for slot, some in holder.held.items()} for holder in holders]
        return survivorship.may_merge_by_machine(
            survivorship.Evidence(held[0], held[1], LIMITS),
            same_given_name=len(called) < 2 and not differ,
            kept_apart=self._is_apart(ours.lineage | theirs.lineage, ours.lineage),
            either_is_anonymous=False,
            link=link,
        )

    def _facts(self, *customers: uuid.UUID) -> list[_Facts]:
        """Of each, together with those this batch has found to be the same person: the borders of batches may not
        decide what speaks against a merge.
        """
        joined = self._matcher.joined
        wholes = [[customer, *(who for who in joined if _last(who, joined) == customer)] for customer in customers]
        self._load([who for whole in wholes for who in whole if who not in self._known])
        return [_together([self._of(who) for who in whole]) for whole in wholes]

    def _of(self, customer: uuid.UUID) -> _Facts:
        facts = self._known[customer]
        for position in self._positions.pop(customer, ()):
            person = self._batch.people[position]
            facts.births |= {person.birth_date} if person.birth_date else set()
            facts.families |= {" ".join(names.words(person.family_name))} if person.family_name else set()
        return facts

    def _load(self, customers: Collection[uuid.UUID]) -> None:
        rows = (
            {row.id: row for row in Customer.objects.filter(id__in=list(customers)).only(*_READ)} if customers else {}
        )
        keyring = subjects.load(list(rows)) if rows else None
        for customer in customers:
            row, facts = rows.get(customer), _Facts(lineage=frozenset((customer,)))
            if row is not None and keyring is not None:
                family = keyring.open(row.family_name, table="customers_customer", column="family_name", row=row.id)
                facts = _Facts(
                    row.status in lineage.LIVING,
                    {row.birth_date} if row.birth_date else set(),
                    {" ".join(names.words(family))} if family else set(),
                    frozenset(lineage.of(customer)),
                )
            self._known[customer] = facts

    @staticmethod
    def _is_apart(both: Collection[uuid.UUID], ours: Collection[uuid.UUID]) -> bool:
        pairs = MergeSuggestion.objects.filter(
            customer_id__in=list(both), other_id__in=list(both), state=suggestions.APART
        ).values_list("customer_id", "other_id")
        return any((first in ours) != (second in ours) for first, second in pairs)


def _together(several: Sequence[_Facts]) -> _Facts:
    return _Facts(
        all(facts.is_living for facts in several),
        set().union(*(facts.births for facts in several)),
        set().union(*(facts.families for facts in several)),
        frozenset().union(*(facts.lineage for facts in several)),
    )


_READ = ("id", "status", "birth_date", "family_name")


def join(
    joined: Mapping[uuid.UUID, uuid.UUID], *, links: Mapping[uuid.UUID, Link], source: Source, at: dt.datetime
) -> dict[uuid.UUID, uuid.UUID]:
    """Merge absorbed → survivor; who stands for each absorbed one now. Whoever could not be merged this moment (a
    message is on its way) becomes a suggestion.
    """
    if not joined:
        return {}
    pairs = {absorbed: _last(survivor, joined) for absorbed, survivor in joined.items()}
    why = {
        absorbed: {"named": list(link.kinds), "told_by": provenance.told_by(link.word.source, link.word.fact)}
        for absorbed, link in links.items()
    }
    done = merging.absorb(pairs=pairs, reason=REASON, actor=SYSTEM, at=at, is_by_time=True, why=why)
    left = [(absorbed, survivor) for absorbed, survivor in pairs.items() if absorbed not in done]
    if left:
        suggestions.ask(left, source=source, at=at)
    return done


def _last(customer: uuid.UUID, joined: Mapping[uuid.UUID, uuid.UUID]) -> uuid.UUID:
    while customer in joined:
        customer = joined[customer]
    return customer
