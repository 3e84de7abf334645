"""The draft of the programme as pages show it: beside what it replaces, with everything that is wrong or odd."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from cdp.core.structures import Problem
from loyalty.models import ProgrammeVersion, WalletType
from loyalty.rules import checking, doubting, drafting, programme
from loyalty.rules.programme import Programme
from loyalty.selectors import programme_parts, versions, wallets
from loyalty.selectors.programme_parts import Difference, Part
from loyalty.selectors.versions import Version


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong or odd, and in which part: its section, its key, and what it is called."""

    section: str
    key: str
    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What is being worked on; `before` is the version it would replace, the one that is in force or comes last."""

    row: ProgrammeVersion
    programme: Programme
    before: Version | None
    parts: Sequence[Part]
    changes: Sequence[Difference]
    obstacles: Sequence[Problem]
    doubts: Sequence[Problem]

    @property
    def mark(self) -> str:
        """See `versions.mark`."""
        return versions.mark(self.row)

    def flaws(self, problems: Sequence[Problem]) -> list[Flaw]:
        """These with the names of their parts."""
        names = {part.place: part.name for part in self.parts}
        found = []
        for problem in problems:
            section, key = drafting.place(self.row.definition, problem.pointer)
            found.append(Flaw(section, key, names.get(f"{section}/{key}") or names.get(section) or key,
                              str(problem.message)))  # fmt: skip
        return found


def read(at: datetime) -> Draft | None:
    """The draft as it stands; None where there is none."""
    row = versions.draft()
    if row is None:
        return None
    found, known, given = programme.read(row.definition), wallets.every(), programme_parts.rewards()
    kinds = dict(WalletType.objects.values_list("key", "kind"))
    before = latest()
    parts = programme_parts.of(found, known, given)
    return Draft(
        row,
        found,
        before,
        parts,
        programme_parts.between(programme_parts.of(before.programme, known, given) if before else [], parts),
        checking.problems(found, kinds),
        doubting.doubts(found, before.programme if before else None, kinds, given, timezone.localdate(at)),
    )


def latest() -> Version | None:
    """What a new version would replace: what comes last of all that was published."""
    timeline = versions.published()
    return timeline.versions[-1] if timeline else None


def differences(definition: Mapping[str, Any], other: Mapping[str, Any] | None) -> list[Difference]:
    """From `other` (None: nothing) to `definition`. Raises `structures.Invalid` for what is unreadable."""
    known, given = wallets.every(), programme_parts.rewards()
    after = programme_parts.of(programme.read(definition), known, given)
    return programme_parts.between(programme_parts.of(programme.read(other), known, given) if other else [], after)
