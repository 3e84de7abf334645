"""How a portion of rows goes: deleted, or kept for the books with one of the reserved customers that are nobody.

Runs in the transaction of its portion. Each row is judged once more by the statement that takes it, so that what was
touched since it was found stays.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from cdp.core import copying, lifecycle
from cdp.core.crypto.fields import SealedField
from cdp.core.retention import finding
from cdp.core.retention.finding import Due
from cdp.core.retention.registry import Action, Follow, Gone, Row, nobody


def remove(one: Due, rows: Sequence[Row], *, action: Action, now: dt.datetime) -> Gone:
    """Take these rows, with what follows them. Returns what went."""
    if one.kind.remove:
        return one.kind.remove(rows, action, lambda keys: finding.still(one, keys), now)
    owners = list({row.owner for row in rows if row.owner})
    keys = [follow for follow in one.kind.follows if follow.is_key]
    before = {follow.model: _keys(follow, owners) for follow in keys}
    with connection.cursor() as cursor:
        # Append-only tables let go of rows only in a transaction that says so.
        cursor.execute("SELECT set_config('cdp.erasure', 'on', true)")
    detach = action is Action.DETACH
    takers = {row.key: nobody().of(str(row.key)) for row in rows} if detach else {}
    gone = _lead(one, rows, takers)
    tables = {one.kind.model: len(gone)}
    levels: dict[str, dict[Any, uuid.UUID | None]] = {one.kind.model: {key: takers.get(key) for key in gone}}
    for follow in one.kind.follows:
        above = levels.get(follow.parent or one.kind.model, {})
        if not above or follow.is_key:
            continue
        levels[follow.model] = _following(one, follow, above, owners)
        if levels[follow.model]:
            tables[follow.model] = len(levels[follow.model])
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('cdp.erasure', 'off', true)")
    for follow in keys:
        left = _keys(follow, owners)
        lost = [digest for digest in before[follow.model] if digest not in left]
        _lose(follow, lost, levels.get(follow.parent or one.kind.model, {}), is_kept=detach)
    return Gone(set(gone), tables)


def _lead(one: Due, rows: Sequence[Row], takers: Mapping[Any, uuid.UUID]) -> list[Any]:
    kind = one.kind
    model = kind.leading
    table, key = model._meta.db_table, model._meta.pk.column
    wanted = [row.key for row in rows]
    params = {**one.params, "keys": wanted, "owners": copying.array([row.owner for row in rows if row.owner])}
    mine = f"AND r.{kind.owner} = ANY(%(owners)s::uuid[])" if kind.owner and all(row.owner for row in rows) else ""
    with connection.cursor() as cursor:
        if not takers:
            cursor.execute(
                f"DELETE FROM {table} r WHERE r.{key} = ANY(%(keys)s) {mine} AND {one.condition()} RETURNING r.{key}",  # noqa: S608
                params,
            )
        else:
            params["takers"] = copying.array([takers[key_] for key_ in wanted])
            cursor.execute(
                f"""
                WITH pair AS (SELECT * FROM unnest(%(keys)s::uuid[], %(takers)s::uuid[]) AS p (key, taker)), gone AS (
                    DELETE FROM {table} r USING pair WHERE r.{key} = pair.key {mine} AND {one.condition()}
                    RETURNING r.*, pair.taker AS cdp_taker
                ), put AS ({_insert(model, kind.shed)})
                SELECT {key} FROM gone
                """,  # noqa: S608
                params,
            )
        return [row[0] for row in cursor.fetchall()]


def _following(
    one: Due, follow: Follow, above: Mapping[Any, uuid.UUID | None], owners: Sequence[uuid.UUID]
) -> dict[Any, uuid.UUID | None]:
    model = apps.get_model(follow.model)
    table, key = model._meta.db_table, model._meta.pk.column
    takers = {parent: taker for parent, taker in above.items() if taker}
    mine = "AND f.customer_id = ANY(%(owners)s::uuid[])" if owners and finding.is_owned(model) else ""
    params: dict[str, Any] = {"parents": list(above), "owners": copying.array(owners)}
    with connection.cursor() as cursor:
        if not takers:
            cursor.execute(
                f"DELETE FROM {table} f WHERE f.{follow.column} = ANY(%(parents)s) {mine} RETURNING f.{key}",  # noqa: S608
                params,
            )
            return dict.fromkeys(row[0] for row in cursor.fetchall())
        params["takers"] = copying.array(list(above.values()))
        cursor.execute(
            f"""
            WITH pair AS (SELECT * FROM unnest(%(parents)s::uuid[], %(takers)s::uuid[]) AS p (key, taker)), gone AS (
                DELETE FROM {table} f USING pair WHERE f.{follow.column} = pair.key {mine}
                RETURNING f.*, pair.taker AS cdp_taker
            ), put AS ({_insert(model, one.kind.shed)})
            SELECT {key}, cdp_taker FROM gone
            """,  # noqa: S608
            params,
        )
        return dict(cursor.fetchall())


def _insert(model: type[models.Model], shed: Mapping[str, Sequence[str]] | None) -> str:
    """The rows of `gone` again, as nobody's: empty is what is sealed, tells who it was, or is to be shed."""
    empty = set((shed or {}).get(model._meta.label, ()))
    columns = [field for field in model._meta.local_concrete_fields if not field.generated]
    values = []
    for field in columns:
        if field.column == "customer_id":
            values.append("gone.cdp_taker")
        elif isinstance(field, SealedField) or field.column == "resolved_by" or field.column in empty:
            values.append(_nothing(field))
        else:
            values.append(f"gone.{field.column}")
    names = ", ".join(str(field.column) for field in columns)
    return f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(values)} FROM gone"  # noqa: S608


def _nothing(field: "models.Field[Any, Any]") -> str:
    if field.null:
        return "NULL"
    return "'{}'" if isinstance(field, ArrayField | models.JSONField) else "''"


def _keys(follow: Follow, owners: Sequence[uuid.UUID]) -> Mapping[bytes, uuid.UUID]:
    owned = lifecycle.key_tables()[apps.get_model(follow.model)].owned
    return owned(owners) if owned and owners else {}


def _lose(follow: Follow, digests: Sequence[bytes], above: Mapping[Any, uuid.UUID | None], *, is_kept: bool) -> None:
    """Keys of rows that went; those of rows that are nobody's now name nobody."""
    model = apps.get_model(follow.model)
    found = model._default_manager.filter(digest__in=list(digests))
    if not is_kept:
        found.delete()
        return
    rows = {digest: row for digest, row in found.values_list("digest", follow.column) if row in above}
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} k SET customer_id = p.taker"  # noqa: S608
            " FROM unnest(%(digests)s::bytea[], %(takers)s::uuid[]) AS p (digest, taker) WHERE k.digest = p.digest",
            {
                "digests": copying.array([bytes(digest) for digest in rows]),
                "takers": copying.array([above[row] for row in rows.values()]),
            },
        )


def detach_all(model: type[models.Model], customers: Sequence[uuid.UUID]) -> int:
    """Give every row of these customers to a reserved customer that is nobody. Returns how many rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH pair AS (SELECT * FROM unnest(%(owners)s::uuid[], %(takers)s::uuid[]) AS p (key, taker)), gone AS (
                DELETE FROM {model._meta.db_table} r USING pair WHERE r.customer_id = pair.key
                RETURNING r.*, pair.taker AS cdp_taker
            ), put AS ({_insert(model, None)})
            SELECT count(*) FROM gone
            """,  # noqa: S608
            {
                "owners": copying.array(list(customers)),
                "takers": copying.array([nobody().of(str(customer)) for customer in customers]),
            },
        )
        return int(cursor.fetchone()[0])
