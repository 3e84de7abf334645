"""Which of two records survives, and which of two values. Plain values in, plain values out."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from customers.rules import identifiers, provenance, settling

Side = Literal["survivor", "absorbed"]

NAME, PLACE = "name", "place"
GROUPS: Mapping[str, tuple[str, ...]] = {
    # Parts of a name and of a place make sense only together.
    NAME: ("name", "given_name", "family_name", "given_name_key", "search_tokens"),
    PLACE: ("country", "province", "city", "postcode"),
    **{
        field: (field,)
        for field in (
            "gender",
            "birth_date",
            "language",
            "nationality",
            "company",
            "job_title",
            "income_band",
            "occupation",
            "education",
            "children",
            "source",
        )
    },
}
"""What is taken from one side as a whole: name → columns. The first column that is filled tells that it is there."""
LISTS = ("interests", "tags", "sources")
"""Columns that hold both sides' entries."""
CONTACTS = ("email", "phone", "line", "member_number", "handle")
"""Kinds of contact points of which one side's becomes the primary one."""
REGISTERS: Mapping[str, tuple[str, ...]] = {
    NAME: (provenance.FAMILY, provenance.NAME),
    PLACE: (provenance.COUNTRY, provenance.PLACE),
    "line": ("line_id",),
    "source": (),
}
"""Whose words tell a group where they are not called like it."""
CHOICES = (*(group for group in GROUPS if group != "source"), *CONTACTS)
"""What a person may choose a side of."""


@dataclass(frozen=True)
class Standing:
    """What of a record decides which one survives."""

    id: uuid.UUID
    is_known: bool
    created_at: datetime


def order(one: Standing, other: Standing) -> tuple[uuid.UUID, uuid.UUID]:
    """(survivor, absorbed): known before anonymous, then the older one, then the smaller id."""
    first, second = sorted((one, other), key=lambda standing: (not standing.is_known, standing.created_at, standing.id))
    return first.id, second.id


def blend(
    survivor: Mapping[str, Any], absorbed: Mapping[str, Any], choices: Mapping[str, Side]
) -> dict[str, tuple[Side, dict[str, Any]]]:
    """What changes in the survivor's row: group → (where it comes from, column → value).

    A filled group stays, an empty one is filled from the absorbed record, unless `choices` names a side. Lists hold
    both sides' entries, the survivor's first.
    """
    changed: dict[str, tuple[Side, dict[str, Any]]] = {}
    for group, columns in GROUPS.items():
        ours, theirs = (_filled(row, columns) for row in (survivor, absorbed))
        side = choices.get(group) or ("survivor" if ours or not theirs else "absorbed")
        if side == "absorbed" and any(survivor[column] != absorbed[column] for column in columns):
            changed[group] = side, {column: absorbed[column] for column in columns}
    for column in LISTS:
        both = union(survivor[column], absorbed[column])
        if both != list(survivor[column]):
            changed[column] = "absorbed", {column: both}
    return changed


def registers(group: str) -> tuple[str, ...]:
    """The registers of `provenance` that tell a group of columns or a kind of contact."""
    return REGISTERS.get(group, (group,))


def later(
    survivor: Mapping[str, Any], absorbed: Mapping[str, Any], contacts: Mapping[Side, Collection[str]]
) -> dict[str, Side]:
    """The choices of a machine: of two words about a group, or a kind of contact, the later one holds, as it would if
    one of the two had heard both. `contacts` are the kinds that each side has.
    """
    chosen: dict[str, Side] = {}
    for group, columns in GROUPS.items():
        if group != "source" and all(_filled(row, columns) for row in (survivor, absorbed)):
            ranks = [_rank(group, row) for row in (survivor, absorbed)]
            if _is_later(group, survivor, absorbed, ranks):
                chosen[group] = "absorbed"
    for kind in CONTACTS:
        if all(kind in contacts[side] for side in ("survivor", "absorbed")) and _is_later(
            kind, survivor, absorbed, (1, 1)
        ):
            chosen[kind] = "absorbed"
    return chosen


def is_later(ours: provenance.Standing | None, theirs: provenance.Standing | None) -> bool:
    """Whether the machine takes the absorbed one's side of a group, both or either of which may be empty."""
    if theirs is None or not theirs.is_filled:
        return False
    if ours is None or not ours.is_filled:
        return True
    return theirs.word is not None and provenance.outdoes(theirs.word, theirs.rank, ours)


def _is_later(group: str, survivor: Mapping[str, Any], absorbed: Mapping[str, Any], ranks: Sequence[int]) -> bool:
    register = registers(group)[-1]
    theirs = provenance.of(absorbed["origins"], register)
    ours = provenance.Standing(provenance.of(survivor["origins"], register), ranks[0])
    return theirs is not None and provenance.outdoes(theirs, ranks[1], ours)


def _rank(group: str, row: Mapping[str, Any]) -> int:
    """As in `settling`: a name by which somebody is called, and a town in a country, stand above a part."""
    if group == NAME:
        return settling.name_rank(row["given_name"])
    if group == PLACE:
        is_whole = settling.is_whole_place(country=row["country"], city=row["city"], postcode=row["postcode"])
        return settling.WHOLE if is_whole else settling.PART
    return settling.PART


def _filled(row: Mapping[str, Any], columns: Sequence[str]) -> bool:
    return any(row[column] not in ("", None, []) for column in columns)


def union(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Both lists, ours first, every entry once."""
    return list(dict.fromkeys([*ours, *theirs]))


def taken_back(now: Sequence[str], before: Sequence[str], wrote: Sequence[str]) -> list[str]:
    """A list as it is now, without the entries that the merge added; what was added since stays."""
    added = set(wrote) - set(before)
    return [entry for entry in now if entry not in added]


@dataclass(frozen=True)
class Evidence:
    """What two records hold: digests by (kind, scope); `limits` says how many of a kind one person has."""

    one: Mapping[tuple[str, str], frozenset[bytes]]
    other: Mapping[tuple[str, str], frozenset[bytes]]
    limits: Mapping[str, int]


def disagreements(evidence: Evidence) -> list[str]:
    """The kinds of which the two records hold different values, together more than one person has: they are never
    merged by machine.
    """
    return sorted(
        {
            kind
            for (kind, scope), ours in evidence.one.items()
            if (theirs := evidence.other.get((kind, scope)))
            and not (ours & theirs)
            and len(ours | theirs) > evidence.limits.get(kind, len(ours | theirs))
        }
    )


def may_merge_by_machine(
    evidence: Evidence, *, same_given_name: bool, kept_apart: bool, either_is_anonymous: bool, link: str
) -> bool:
    """Whether a fact that names both may join them without a person looking.

    Never where somebody kept them apart or they disagree. A phone is no proof, because households share them; of
    two known people the given names must not differ either.
    """
    if kept_apart or disagreements(evidence):
        return False
    if either_is_anonymous:
        return True
    return not identifiers.KINDS[link].weak and same_given_name
