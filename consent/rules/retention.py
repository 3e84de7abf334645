"""How long a kind is kept: what the law asks, what the shop decided, and what follows from both."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdp.core.retention.registry import Action, Kind
from cdp.core.retention.terms import Term, Unit, longest
from consent.rules.packs import Citation, Pack, Span


@dataclass(frozen=True)
class Demand:
    """What one law says about a kind."""

    pack: Pack
    citation: Citation
    at_least: Term | None
    at_most: Term | None
    usual: Term | None


@dataclass(frozen=True)
class Decided:
    """What the shop has put in force for a kind; `term` None keeps it as long as the person is a customer."""

    term: Term | None
    action: Action
    is_paused: bool = False


@dataclass(frozen=True)
class Ruling:
    """What holds for a kind now.

    `term` is what a run uses: never shorter than what a law demands, whatever was decided when it demanded less. An
    `is_in_force` ruling is carried out; the others are shown and wait for the privacy officer.
    """

    kind: Kind
    term: Term | None
    action: Action
    is_decided: bool
    is_in_force: bool
    demands: Sequence[Demand] = ()
    is_lengthened: bool = False
    is_paused: bool = False

    @property
    def at_least(self) -> Term | None:
        """The longest that any law demands."""
        return longest(*(demand.at_least for demand in self.demands))

    @property
    def at_most(self) -> Term | None:
        """The shortest that any law allows."""
        terms = [demand.at_most for demand in self.demands if demand.at_most]
        return min(terms, key=lambda term: term.days) if terms else None

    @property
    def is_too_long(self) -> bool:
        """Whether a law or an authority wants it shorter, and no law wants it longer."""
        most = self.at_most
        if most is None or (self.at_least and self.at_least.days >= most.days):
            return False
        return self.term is None or self.term.days > most.days


@dataclass(frozen=True)
class Frozen:
    """A ruling as a run carries it out."""

    kind: str
    action: Action
    is_in_force: bool
    before: dt.datetime | None
    term: dict[str, Any] | None = field(default=None)
    is_paused: bool = False


def demands(kind: str, packs: Iterable[Pack]) -> list[Demand]:
    """What these laws say about a kind."""
    found = []
    for pack in packs:
        cited = {citation.key: citation for citation in pack.citations}
        found += [
            Demand(pack, cited[keeping.citation], *map(_term, (keeping.at_least, keeping.at_most, keeping.usual)))
            for keeping in pack.retention
            if kind in keeping.kinds
        ]
    return found


def rule(kind: Kind, *, own: Pack, others: Iterable[Pack], decided: Decided | None) -> Ruling:
    """What holds: the shop's decision, else what its own law finds usual, else what the product proposes."""
    laws = demands(kind.key, [own, *(pack for pack in others if pack.key != own.key)])
    if decided is not None:
        term, action = decided.term, decided.action
    else:
        usual = next((demand.usual for demand in laws if demand.pack.key == own.key and demand.usual), None)
        term, action = usual or kind.term, kind.actions[0]
    least = longest(*(demand.at_least for demand in laws))
    is_short = term is not None and least is not None and least.days > term.days
    return Ruling(
        kind=kind,
        term=least if is_short else term,
        action=action,
        is_decided=decided is not None,
        is_in_force=decided is not None or not kind.careful,
        demands=laws,
        is_lengthened=is_short,
        is_paused=decided is not None and decided.is_paused,
    )


def freeze(ruling: Ruling, *, as_of: dt.datetime) -> dict[str, Any]:
    """A ruling for the row of a run."""
    return {
        "kind": ruling.kind.key,
        "action": ruling.action.value,
        "in_force": ruling.is_in_force,
        "paused": ruling.is_paused,
        "before": ruling.term.before(as_of).isoformat() if ruling.term else None,
        "term": {"amount": ruling.term.amount, "unit": ruling.term.unit.value} if ruling.term else None,
    }


def thaw(data: dict[str, Any]) -> Frozen:
    """A ruling from the row of a run."""
    before = data["before"]
    return Frozen(
        kind=data["kind"],
        action=Action(data["action"]),
        is_in_force=data["in_force"],
        before=dt.datetime.fromisoformat(before) if before else None,
        term=data["term"],
        is_paused=data.get("paused", False),
    )


def _term(span: Span | None) -> Term | None:
    return Term(span.amount, Unit(span.unit)) if span else None
