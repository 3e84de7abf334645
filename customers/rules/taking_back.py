"""What a row becomes when a change of it is taken back, on plain values: rows as PostgreSQL tells them in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

NAME = ("name", "given_name", "family_name", "given_name_key", "search_tokens")
PLACE = ("country", "province", "city", "postcode")
GROUPS = {"name": NAME, "place": PLACE}
"""Columns that only make sense together."""
SETS = frozenset({"tags", "sources"})
"""Lists without an order, to which many add: what the import added goes, whatever came since."""
ORIGINS = "origins"
_ADDED_UP = ("identifiers", "shared")


def folded(changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Several changes of one row in their order as one: as before the first, as after the last."""
    if len(changes) == 1:
        return dict(changes[0])
    fields: dict[str, list[Any]] = {}
    made: dict[str, list[str]] = {"points": [], "addresses": []}
    flags: dict[str, dict[str, list[bool]]] = {"points": {}, "addresses": {}}
    keys: dict[str, list[bytes]] = {name: [] for name in _ADDED_UP}
    for change in changes:
        for name, (before, after) in change.get("fields", {}).items():
            fields[name] = [_first(name, fields, before), _last(name, fields, after)]
        for part, rows in made.items():
            rows.extend(change.get(part, {}).get("made", []))
            for row, (was, now) in change.get(part, {}).get("flags", {}).items():
                flags[part][row] = [flags[part].get(row, [was])[0], now]
        for name, digests in keys.items():
            digests.extend(change.get(name, []))
    return {"fields": fields, **{part: {"made": made[part], "flags": flags[part]} for part in made}, **keys}


def _first(name: str, fields: Mapping[str, list[Any]], before: Any) -> Any:
    if name not in fields:
        return before
    if name in SETS:  # only what one of the changes took away was there before
        return list(dict.fromkeys([*fields[name][0], *(one for one in before if one not in fields[name][1])]))
    return fields[name][0]


def _last(name: str, fields: Mapping[str, list[Any]], after: Any) -> Any:
    if name in SETS and name in fields:
        return list(dict.fromkeys([*fields[name][1], *after]))
    if name == ORIGINS and name in fields:
        return {**(fields[name][1] or {}), **(after or {})}
    return after


def restored(fields: Mapping[str, Sequence[Any]], row: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The columns to write so that `row` is as before `fields` ({column: [before, after]}), and how many values stay
    because they are not as the change left them.
    """
    values: dict[str, Any] = {}
    kept = 0
    groups = {about: {name: fields[name] for name in group if name in fields} for about, group in GROUPS.items()}
    grouped = {name for group in groups.values() for name in group}
    groups |= {name: {name: pair} for name, pair in fields.items() if name not in grouped and name != ORIGINS}
    before, after = (side or {} for side in fields.get(ORIGINS, ({}, {})))
    now = row.get(ORIGINS) or {}
    for about, group in groups.items():
        if about in SETS:
            values[about] = _without(row[about], *group[about])
        elif not group:
            continue
        elif any(row.get(name) != last for name, (_, last) in group.items()) or (
            about in after and now.get(about) != after[about]  # somebody else told the same since
        ):
            kept += 1
        else:
            values |= {name: first for name, (first, _) in group.items() if name in row}
    if ORIGINS in fields:
        values[ORIGINS] = _origins(before, after, now)
    return {name: value for name, value in values.items() if value != row[name]}, kept


def _without(now: Sequence[str], before: Sequence[str], after: Sequence[str]) -> list[str]:
    added = set(after) - set(before)
    lost = [one for one in before if one not in after and one not in now]
    return [*(one for one in now if one not in added), *lost]


def _origins(before: Mapping[str, Any], after: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Where the values come from: as before the change, where nobody told anything since."""
    found = dict(now)
    for name, origin in after.items():
        if before.get(name) == origin or now.get(name) != origin:
            continue
        if name in before:
            found[name] = before[name]
        else:
            found.pop(name)
    return found


def blank(model: Any) -> dict[str, Any]:
    """The values of a row of which nothing is known any more, for every column that can be empty."""
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.name in {"status", "merged_into", "is_sample"}:
            continue
        if field.null:
            values[field.attname] = None
        elif field.get_internal_type() not in {"DateTimeField", "ForeignKey"}:
            values[field.attname] = field.get_default()
    return values
