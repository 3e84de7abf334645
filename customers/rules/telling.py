"""One person as told by a form or a REST body, where an empty value means something: this is to be forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from customers.rules import people
from customers.rules.people import Fault, Person, Rules
from customers.rules.unreadable import Unreadable

FIELDS = frozenset(field.name for field in fields(Person)) - {
    "cleared",
    "is_sample",
    "created_at",
    "told_at",
    "told_by",
    "unlisted_phone",
}
PARTS = ("given_name", "family_name")


def read(
    told: Mapping[str, str | Sequence[str] | None], rules: Rules, *, country: str = ""
) -> tuple[Person, list[Fault]]:
    """A standardised person; fields told as None, empty or blank are `cleared`, fields not told stay as they are.

    Lists (interests, tags) come as lists or as texts with commas. `country` is where the person is known to live, for
    reading a province or a postcode that comes alone. A whole name told without its parts replaces both.
    """
    cleared = {name for name, value in told.items() if _is_empty(value)}
    raw = {name: value for name, value in told.items() if isinstance(value, str) and name not in cleared}
    places = {"province", "postcode"} & raw.keys()
    if places and country and "country" not in told:
        raw["country"] = country
    person, faults = people.clean(raw, rules)
    if "country" not in told:
        person.country = ""
    for name, value in told.items():
        if name not in cleared and not isinstance(value, str):
            try:
                setattr(person, name, listed(value or ()))
            except Unreadable as problem:
                faults.append(Fault(name, "", problem))
    # What stands for "no value" (a dash, n/a) is as good as nothing.
    faulty = {fault.field for fault in faults}
    cleared |= {name for name in told if name in raw and name not in faulty and not getattr(person, name)}
    if person.name and "name" in raw:
        cleared |= {part for part in PARTS if not getattr(person, part)}
        cleared -= {part for part in PARTS if getattr(person, part)}
    person.cleared = frozenset(cleared)
    return person, faults


def listed(values: Sequence[str]) -> tuple[str, ...]:
    """Words of a list, each once, in order. Unreadable: too_long."""
    found = tuple(dict.fromkeys(word for word in map(people.plain, values) if word))
    if len(found) > people.MOST_LISTED or any(len(word) > people.LONGEST_LISTED for word in found):
        raise Unreadable("too_long")
    return found


def _is_empty(value: str | Sequence[str] | None) -> bool:
    return not value or (isinstance(value, str) and not people.plain(value))
