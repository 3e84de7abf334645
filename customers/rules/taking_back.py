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
        return {**fields[name][1], **after}
    return after


def restored(fields: Mapping[str, Sequence[Any]], row: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The columns to write so that `row` is as before `fields` ({column: [before, after]}), and how many values stay
    because they are not as the change left them.
    """
    values: dict[str, Any] = {}
    kept = 0
    groups = [*({name: fields[name] for name in group if name in fields} for group in GROUPS.values())]
    grouped = {name for group in groups for name in group}
    groups += [{name: pair} for name, pair in fields.items() if name not in grouped and name != ORIGINS]
    origins = fields.get(ORIGINS, ({}, {}))
    for group in filter(None, groups):
        (only,) = group if len(group) == 1 else (None,)
        if only in SETS:
            values[only] = _without(row[only], *group[only])
        elif any(row.get(name) != after for name, (_, after) in group.items()) or _told_again(group, origins, row):
            kept += 1
        else:
            values |= {name: before for name, (before, _) in group.items() if name in row}
    if ORIGINS in row and (values or origins != ({}, {})):
        values[ORIGINS] = _origins(values, origins, row[ORIGINS] or {})
    return {name: value for name, value in values.items() if value != row[name]}, kept


def _without(now: Sequence[str], before: Sequence[str], after: Sequence[str]) -> list[str]:
    added = set(after) - set(before)
    lost = [one for one in before if one not in after and one not in now]
    return [*(one for one in now if one not in added), *lost]


def _told_again(group: Mapping[str, Any], origins: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> bool:
    """Whether somebody else told the same value since: then its origin is another one."""
    now = row.get(ORIGINS) or {}
    return any(name in origins[1] and now.get(name) != origins[1][name] for name in group)


def _origins(values: Mapping[str, Any], origins: Sequence[Mapping[str, Any]], now: Mapping[str, Any]) -> dict[str, Any]:
    """Where the values that are left come from: those that were restored, from where they came before."""
    found = dict(now)
    for name in {*values, *origins[1]}:
        if now.get(name) != origins[1].get(name, now.get(name)):
            continue
        if name in origins[0]:
            found[name] = origins[0][name]
        elif name in values:
            found.pop(name, None)
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
