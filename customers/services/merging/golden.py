"""The survivor's own row: what it takes from the absorbed one, and how that is taken back."""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection

from cdp.core.crypto import subjects
from customers.models import Customer, Status
from customers.rules import survivorship
from customers.rules.survivorship import Side

TABLE = "customers_customer"
SEALED = ("name", "given_name", "family_name")
COLUMNS = (*(column for columns in survivorship.GROUPS.values() for column in columns), *survivorship.LISTS)

Fields = dict[str, dict[str, dict[str, Any]]]
"""{group: {"before": {column: value}, "wrote": {…}, "from": {…}}}, in the spelling of JSON."""
Heirs = dict[str, tuple[dict[str, Any], dict[str, Any]]]
"""{group: (what a merge wrote and a later one wrote over, what is to stand there instead)}"""


def blended(
    survivor: Customer, absorbed: Customer, choices: Mapping[str, Side]
) -> dict[str, tuple[Side, dict[str, Any]]]:
    """What the merge would change in the survivor's row; sealed values as they lie in the absorbed row."""
    return survivorship.blend(_values(survivor), _values(absorbed), choices)


def fold(survivor: Customer, absorbed: Customer, choices: Mapping[str, Side], keyring: subjects.Keyring) -> Fields:
    """Change the survivor's row, which `save` writes, and say what was there before."""
    logged: Fields = {}
    columns: dict[str, Any] = {}
    for group, (_side, taken) in blended(survivor, absorbed, choices).items():
        wrote = {column: _resealed(column, value, absorbed.id, survivor.id, keyring) for column, value in taken.items()}
        logged[group] = {
            "before": {column: spelt(getattr(survivor, column)) for column in taken},
            "wrote": {column: spelt(value) for column, value in wrote.items()},
            "from": {column: spelt(value) for column, value in taken.items()},
        }
        columns |= wrote
    if survivor.status == Status.ANONYMOUS and absorbed.status == Status.KNOWN:
        logged["status"] = {
            "before": {"status": survivor.status},
            "wrote": {"status": Status.KNOWN.value},
            "from": {"status": absorbed.status},
        }
        columns["status"] = Status.KNOWN.value
    for column, value in columns.items():
        setattr(survivor, column, value)
    return logged


def has_sealed(row: Customer) -> bool:
    """Whether taking from this row may need its keys."""
    return any(getattr(row, column) for column in SEALED)


def save(rows: Collection[Customer], *, at: dt.datetime) -> None:
    """Write rows that are locked, in one statement. What did not change is written as it was: no index notices."""
    written = ("status", *COLUMNS)
    images = [
        {"id": str(row.id), **{column: _image(column, getattr(row, column)) for column in written}} for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLE} AS c SET {', '.join(f'{column} = n.{column}' for column in written)}, updated_at = %s "  # noqa: S608
            f"FROM jsonb_populate_recordset(NULL::{TABLE}, %s::jsonb) AS n WHERE c.id = n.id",
            [at, json.dumps(images)],
        )


def _image(column: str, value: Any) -> Any:
    return f"\\x{spelt(value)}" if column in SEALED and value is not None else spelt(value)


def take_back(row: Customer, fields: Fields, *, at: dt.datetime) -> set[str]:
    """Restore what nobody changed since in `row`, the survivor of that merge. The groups that were restored."""
    columns: dict[str, Any] = {}
    restored = set()
    for group, logged in fields.items():
        if group in survivorship.LISTS:
            now = list(getattr(row, group))
            left = survivorship.taken_back(now, logged["before"][group], logged["wrote"][group])
            if left != now:
                columns[group] = left
            restored.add(group)
        elif all(spelt(getattr(row, column)) == value for column, value in logged["wrote"].items()):
            columns |= {column: read(column, value) for column, value in logged["before"].items()}
            restored.add(group)
    if columns:
        Customer.objects.filter(id=row.id).update(**columns, updated_at=at)
        for column, value in columns.items():
            setattr(row, column, value)
    return restored


def carry(
    upper: Customer, above: Fields, below: Fields, lower: Customer, keyring: subjects.Keyring
) -> tuple[Fields, Heirs]:
    """Take back from `upper`, who absorbed `lower`, what had reached it by way of a merge that is undone now.

    `above` is what absorbing `lower` changed in `upper`, and is brought up to date; `below` are the restored groups of
    the merge that is undone, `lower` the row after that. Returns the same for whoever absorbed `upper`, and what a
    later merge into `upper` has to restore in its turn.
    """
    heirs: Heirs = {}
    columns: dict[str, Any] = {}
    further: Fields = {}
    for group in sorted(set(above) & set(below)):
        if group in survivorship.LISTS:
            now = list(getattr(upper, group))
            gone = set(below[group]["wrote"][group]) - set(below[group]["before"][group])
            gone -= set(above[group]["before"][group])
            columns[group] = [entry for entry in now if entry not in gone]
            further[group] = {"before": {group: []}, "wrote": {group: sorted(gone)}, "from": {}}
            for part in ("wrote", "from"):
                above[group][part] = {group: [one for one in above[group][part][group] if one not in gone]}
            continue
        logged = above[group]
        untouched = all(spelt(getattr(upper, column)) == value for column, value in logged["wrote"].items())
        if logged["from"] != below[group]["wrote"]:
            continue
        further[group] = dict(logged)
        taken = {column: getattr(lower, column) for column in logged["wrote"]}
        if any(value not in ("", None, []) for value in taken.values()):
            wrote = {column: _resealed(column, value, lower.id, upper.id, keyring) for column, value in taken.items()}
            heirs[group] = logged["wrote"], {column: spelt(value) for column, value in wrote.items()}
            logged["from"] = {column: spelt(value) for column, value in taken.items()}
            logged["wrote"] = heirs[group][1]
        else:
            heirs[group] = logged["wrote"], logged["before"]
            del above[group]
        if untouched:
            columns |= {column: read(column, value) for column, value in heirs.pop(group)[1].items()}
        else:
            del further[group]
    if columns:
        Customer.objects.filter(id=upper.id).update(**columns)
        for column, value in columns.items():
            setattr(upper, column, value)
    return further, heirs


def inherit(fields: Fields, heirs: Heirs) -> bool:
    """A later merge wrote over what an earlier one had written: it restores what that one would have restored."""
    inherited = [
        group
        for group, (wrote, before) in heirs.items()
        if group in fields and fields[group]["before"] == wrote and fields[group].update(before=before) is None
    ]
    for group in inherited:
        del heirs[group]
    return bool(inherited)


def spelt(value: Any) -> Any:
    """A column as JSON spells it."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return list(value)
    return value


def read(column: str, value: Any) -> Any:
    """The column back from its spelling."""
    if value is None:
        return None
    if column in SEALED:
        return bytes.fromhex(value)
    if column == "birth_date":
        return dt.date.fromisoformat(value)
    return value


def _values(row: Customer) -> dict[str, Any]:
    return {column: getattr(row, column) for column in COLUMNS}


def _resealed(column: str, value: Any, giver: uuid.UUID, taker: uuid.UUID, keyring: subjects.Keyring) -> Any:
    """A sealed value names its row, so it is opened there and sealed here."""
    if column not in SEALED or not value:
        return value
    text = keyring.open(value, table=TABLE, column=column, row=giver)
    return keyring.seal(text, customer=taker, table=TABLE, column=column, row=taker)
