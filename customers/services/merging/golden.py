"""The survivor's own row: what it takes from the absorbed one, and how that is taken back."""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection

from cdp.core.crypto import subjects
from customers.models import Customer, Status
from customers.rules import provenance, survivorship
from customers.rules.survivorship import Side

TABLE = "customers_customer"
_NOTHING: tuple[Any, ...] = ("", None, [])
SEALED = ("name", "given_name", "family_name")
COLUMNS = (*(column for columns in survivorship.GROUPS.values() for column in columns), *survivorship.LISTS)

ORIGIN = "origins."
"""What stands before a register in the log: who told a group goes with its values, as if it were one more column."""

Fields = dict[str, dict[str, dict[str, Any]]]
"""{group: {"before": {column: value}, "wrote": {…}, "from": {…}}}, in the spelling of JSON."""
Heirs = dict[str, tuple[dict[str, Any], dict[str, Any]]]
"""{group: (what a merge wrote and a later one wrote over, what is to stand there instead)}"""


def blended(
    survivor: Customer, absorbed: Customer, choices: Mapping[str, Side]
) -> dict[str, tuple[Side, dict[str, Any]]]:
    """What the merge would change in the survivor's row; sealed values as they lie in the absorbed row."""
    return survivorship.blend(_values(survivor), _values(absorbed), choices)


def fold(
    survivor: Customer,
    absorbed: Customer,
    choices: Mapping[str, Side],
    keyring: subjects.Keyring,
    *,
    contacts: Collection[str] = (),
) -> Fields:
    """Change the survivor's row, which `save` writes, and say what was there before.

    `contacts` are the kinds of which the absorbed one's comes first from now on: who told it goes along.
    """
    logged: Fields = {}
    columns: dict[str, Any] = {}
    groups: dict[str, dict[str, Any]] = {
        group: taken | ({} if group in survivorship.LISTS else origins_of(group, absorbed))
        for group, (_side, taken) in blended(survivor, absorbed, choices).items()
    }
    groups |= {kind: origins_of(kind, absorbed) for kind in contacts}
    for group, taken in groups.items():
        wrote = {column: _resealed(column, value, absorbed.id, survivor.id, keyring) for column, value in taken.items()}
        logged[group] = {
            "before": {column: spelt(value_of(survivor, column)) for column in taken},
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
    assign(survivor, columns)
    return logged


def origins_of(group: str, absorbed: Customer) -> dict[str, Any]:
    """Who told a row's side of a group. Where nobody knows any more, its source must have."""
    found = {}
    for register in survivorship.registers(group):
        known = absorbed.origins or {}
        if register == provenance.FAMILY:
            found[ORIGIN + register] = known.get(register)
            continue
        entry = known.get(register) or known.get(provenance.BASE)
        nobody = provenance.spelt(provenance.Word(absorbed.source, absorbed.created_at))
        found[ORIGIN + register] = list(entry or nobody)
    return found


def image(row: Customer) -> dict[str, Any]:
    """The row as it is before a merge changes it: what a field falls back to when those who told it leave."""
    return {
        "columns": {column: spelt(getattr(row, column)) for column in COLUMNS},
        "origins": row.origins,
        "created_at": row.created_at.isoformat(),
    }


def fill(
    row: Customer, absorbed: Customer, groups: Collection[str], keyring: subjects.Keyring, *, at: dt.datetime
) -> Fields:
    """Fill what the row lacks of these groups from somebody it absorbed before, and write it; as for the log."""
    logged: Fields = {}
    columns: dict[str, Any] = {}
    for group in groups:
        if any(getattr(row, column) not in _NOTHING for column in survivorship.GROUPS[group]):
            continue
        taken = {column: getattr(absorbed, column) for column in survivorship.GROUPS[group]}
        if all(value in _NOTHING for value in taken.values()):
            continue
        taken |= origins_of(group, absorbed)
        wrote = {column: _resealed(column, value, absorbed.id, row.id, keyring) for column, value in taken.items()}
        logged[group] = {
            "before": {column: spelt(value_of(row, column)) for column in taken},
            "wrote": {column: spelt(value) for column, value in wrote.items()},
            "from": {column: spelt(value) for column, value in taken.items()},
        }
        columns |= wrote
    if columns:
        Customer.objects.filter(id=row.id).update(**assign(row, columns), updated_at=at)
    return logged


def value_of(row: Customer, column: str) -> Any:
    """A column of the row, or who told a register (None: nothing of its own)."""
    if column.startswith(ORIGIN):
        return (row.origins or {}).get(column.removeprefix(ORIGIN))
    return getattr(row, column)


def assign(row: Customer, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Change the row in memory; returns the real columns that changed, as an UPDATE wants them."""
    real = {column: value for column, value in columns.items() if not column.startswith(ORIGIN)}
    told = {column.removeprefix(ORIGIN): value for column, value in columns.items() if column.startswith(ORIGIN)}
    if told:
        origins = {**(row.origins or {}), **told}
        real["origins"] = {register: entry for register, entry in origins.items() if entry is not None} or None
    for column, value in real.items():
        setattr(row, column, value)
    return real


def has_sealed(row: Customer) -> bool:
    """Whether taking from this row may need its keys."""
    return any(getattr(row, column) for column in SEALED)


def save(rows: Collection[Customer], *, at: dt.datetime) -> None:
    """Write rows that are locked, in one statement. What did not change is written as it was: no index notices."""
    written = ("status", "origins", *COLUMNS)
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
        elif _is_untouched(row, logged):
            columns |= {column: read(column, value) for column, value in logged["before"].items()}
            restored.add(group)
    if columns:
        Customer.objects.filter(id=row.id).update(**assign(row, columns), updated_at=at)
    return restored


def _is_untouched(row: Customer, logged: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether the row is as that merge wrote it. The same told again by somebody is no change; of a kind of contact
    only who told it is kept here, so that is compared.
    """
    wrote = logged["wrote"]
    real = {column for column in wrote if not column.startswith(ORIGIN)}
    return all(spelt(value_of(row, column)) == wrote[column] for column in real or wrote)


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
        untouched = _is_untouched(upper, logged)
        if logged["from"] != below[group]["wrote"]:
            continue
        further[group] = dict(logged)
        taken = {column: value_of(lower, column) for column in logged["wrote"]}
        if any(value not in _NOTHING for column, value in taken.items() if not column.startswith(ORIGIN)):
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
        Customer.objects.filter(id=upper.id).update(**assign(upper, columns))
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
