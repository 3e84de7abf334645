"""The definition of a programme as its parts: one taken out, changed, put back, removed. Pure; nothing is judged here.

A part is named by its section and, where a section has several, its key: `rules` and `spend`, `tiers` and `gold`,
`refunds` and nothing.
"""

import copy
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Definition = dict[str, Any]
LISTS: Mapping[str, tuple[str, ...]] = {
    "rules": ("rules",),
    "bonuses": ("bonuses",),
    "tiers": ("tiering", "tiers"),
}
"""Sections of which there are several parts, and where their list stands."""
NAMED: Mapping[str, tuple[str, ...]] = {
    "tiering": ("tiering",),
    "refunds": ("refunds",),
    "joining": ("joining",),
    "referrals": ("referrals",),
    "notices": ("notices",),
    "staff": ("staff",),
}
GENERAL = ("names", "currency", "factors", "hold_minutes", "household")
SECTIONS = frozenset({*LISTS, *NAMED, "wallets", "general"})
_WITHOUT: Mapping[str, str] = {"tiering": "tiers"}


def part(definition: Mapping[str, Any], section: str, key: str = "") -> Definition | None:
    """A copy of that part; None where there is none. A wallet of which nothing is said, and what there is once, always
    are.
    """
    if section in LISTS:
        return next((copy.deepcopy(one) for one in _list(definition, section) if one.get("key") == key), None)
    if section == "wallets":
        return copy.deepcopy(definition.get("wallets", {}).get(key, {}))
    if section == "general":
        return {name: copy.deepcopy(definition[name]) for name in GENERAL if name in definition}
    found = copy.deepcopy(definition.get(section, {}))
    found.pop(_WITHOUT.get(section, ""), None)
    return dict(found)


def put(definition: Mapping[str, Any], section: str, key: str, part: Mapping[str, Any]) -> Definition:
    """The definition with that part in the place of the one that was there, or at the end. Tiers stand from the lowest
    to the highest.
    """
    new = copy.deepcopy(dict(definition))
    if section in LISTS:
        parts = _own_list(new, section)
        place = next((place for place, one in enumerate(parts) if one.get("key") == key), len(parts))
        parts[place : place + 1] = [dict(part)]
        if section == "tiers":
            parts.sort(key=lambda tier: _number(tier.get("at_least")))
    elif section == "wallets":
        new.setdefault("wallets", {})[key] = dict(part)
    elif section == "general":
        for name in GENERAL:
            new.pop(name, None)
        new.update(part)
    else:
        kept = new.get(section, {}).get(_WITHOUT.get(section, ""))
        new[section] = {**part, **({_WITHOUT[section]: kept} if kept is not None else {})}
    return new


def without(definition: Mapping[str, Any], section: str, key: str) -> Definition:
    """The definition without that part; rules and bonuses for a tier that is gone are not changed."""
    new = copy.deepcopy(dict(definition))
    if section in LISTS:
        parts = _own_list(new, section)
        parts[:] = [one for one in parts if one.get("key") != key]
    elif section == "wallets":
        new.get("wallets", {}).pop(key, None)
    return new


def free_key(definition: Mapping[str, Any], wanted: str) -> str:
    """A key like `wanted` that no rule, bonus or tier has."""
    taken = {one.get("key") for section in LISTS for one in _list(definition, section)}
    number, key = 1, wanted
    while key in taken:
        number += 1
        key = f"{wanted}-{number}"
    return key


def pointer(definition: Mapping[str, Any], section: str, key: str = "") -> str:
    """Where that part stands, as a JSON pointer: `/rules/2`, `/wallets/points`, `/staff`; a new one at the end."""
    if section in LISTS:
        parts = _list(definition, section)
        place = next((place for place, one in enumerate(parts) if one.get("key") == key), len(parts))
        return "/" + "/".join((*LISTS[section], str(place)))
    if section == "general":
        return ""
    return f"/wallets/{key}" if section == "wallets" else f"/{section}"


def place(definition: Mapping[str, Any], pointer: str) -> tuple[str, str]:
    """The section and key of the part that a JSON pointer leads into; what fits none lies in `general`."""
    steps = pointer.strip("/").split("/")
    for section, path in LISTS.items():
        rest = steps[len(path) :]
        if tuple(steps[: len(path)]) == path and rest and rest[0].isdigit():
            parts = _list(definition, section)
            number = int(rest[0])
            return section, str(parts[number].get("key", "")) if number < len(parts) else ""
    if steps[0] == "wallets" and len(steps) > 1:
        return "wallets", steps[1]
    return (steps[0], "") if steps[0] in NAMED else ("general", "")


def _list(definition: Mapping[str, Any], section: str) -> list[dict[str, Any]]:
    found: Any = definition
    for step in LISTS[section]:
        found = found.get(step, {}) if isinstance(found, Mapping) else {}
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _own_list(definition: Definition, section: str) -> list[dict[str, Any]]:
    *steps, last = LISTS[section]
    found = definition
    for step in steps:
        found = found.setdefault(step, {})
    parts: list[dict[str, Any]] = found.setdefault(last, [])
    return parts


def _number(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
