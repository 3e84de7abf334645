"""A new root for all blind indexes (`manage.py reindex`, ADR 27), while nothing else is connected to the database.

Each column is brought along whole, in one transaction that notes it as done, so that nothing is brought along twice or
half: after a kill the next call goes on with the column that was cut off. Until all are done the new root is not ready,
and no process that starts finds or writes a digest (`index.Reindexing`, `proofs.demand`).
"""

import functools
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cdp.core import audit
from cdp.core.actors import Actor
from cdp.core.crypto import index, ring
from cdp.core.keys import digests, processes, proofs
from cdp.core.models import IndexRoot, Job

PORTION = 20_000
Watcher = Callable[[str, int, int], None]
"""Told the column at work, how many values are done and about how many there are."""


class UnableToReindex(Exception):
    """It cannot begin or go on; the message says why and what to do."""


@dataclass(slots=True)
class Done:
    """What a call brought along: values by column, and the seconds it took."""

    version: int
    values: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        """All values."""
        return sum(self.values.values())

    @property
    def rate(self) -> int:
        """Values a second."""
        return round(self.total / self.seconds) if self.seconds else 0


def reindex(*, actor: Actor, at: datetime, watch: Watcher = lambda _name, _done, _total: None) -> Done:
    """Make the next root and bring every digest to it; or go on with one that was cut off.

    Raises UnableToReindex when another process is connected, an import is being undone, or the keys are not all there.
    """
    started = time.perf_counter()
    root = _begin(actor=actor, at=at)
    index.forget()
    done, way = Done(root.version), _way(root)
    parts = _parts(way)
    sizes = _sizes()
    total = sum(sizes.get(leaf, 0) for _name, leaf, _bring in parts)
    for name, leaf, bring in parts:
        if name in root.done:
            total -= sizes.get(leaf, 0)
            continue
        _demand_alone()
        watch(name, done.total, max(total, done.total))
        with transaction.atomic():
            # Whoever else got here goes on with what we leave.
            locked = IndexRoot.objects.select_for_update().get(version=root.version)
            if name in locked.done or locked.is_ready:
                continue
            done.values[name] = bring()
            IndexRoot.objects.filter(version=root.version).update(done=[*locked.done, name])
    _demand_alone()
    with transaction.atomic():
        ready = IndexRoot.objects.filter(version=root.version, is_ready=False).update(is_ready=True)
        if ready:
            details = {"version": root.version}
            audit.record(audit.Action.REINDEXED, actor=actor, at=at, details=details)
    index.forget()
    done.seconds = time.perf_counter() - started
    return done


def end_old_links(*, actor: Actor, at: datetime) -> int:
    """Links that a root before the newest made are not read any more. Returns how many roots that were.

    Raises UnableToReindex when another process is connected, which would go on reading them.
    """
    _demand_alone()
    with transaction.atomic():
        newest = IndexRoot.objects.select_for_update().order_by("-version").first()
        if newest is None or not newest.is_ready:
            raise UnableToReindex(_("A reindex was cut off: run `manage.py reindex` to its end first."))
        ended = IndexRoot.objects.filter(version__lt=newest.version, opens_links=True).update(opens_links=False)
        if ended:
            details = {"before": newest.version}
            audit.record(audit.Action.OLD_LINKS_ENDED, actor=actor, at=at, details=details)
    index.forget()
    return ended


def _begin(*, actor: Actor, at: datetime) -> IndexRoot:
    if found := proofs.faults():
        raise UnableToReindex("\n".join(map(str, found)))
    _demand_alone()
    if Job.objects.filter(kind="import_undo", state__in=[Job.State.WAITING, Job.State.RUNNING]).exists():
        raise UnableToReindex(
            _("An import is being undone, by digests that it noted. Start the shop, let that end, then reindex.")
        )
    stored = list(IndexRoot.objects.order_by("version"))
    if stored and not stored[-1].is_ready:
        return stored[-1]
    if not stored:
        index.roots()
    key_ring = ring.current()
    version = stored[-1].version + 1 if stored else index.FIRST + 1
    with transaction.atomic():
        root = IndexRoot.objects.create(
            version=version,
            ring_key=key_ring.primary,
            wrapped=key_ring.wrap(os.urandom(ring.KEY), context=index.CONTEXT),
            made_at=at,
            is_ready=False,
        )
        audit.record(audit.Action.REINDEX_BEGUN, actor=actor, at=at, details={"version": version})
    # Who connected before that row could be seen is among the others now.
    try:
        _demand_alone()
    except UnableToReindex:
        IndexRoot.objects.filter(version=version, is_ready=False, done=[]).delete()
        raise
    return root


def _demand_alone() -> None:
    if others := processes.others():
        raise UnableToReindex(
            _(
                "These processes are connected and would look for digests as they were: %(who)s. Stop every process of "
                "the shop first, also on other machines, then reindex."
            )
            % {"who": ", ".join(map(str, others))}
        )


def _way(root: IndexRoot) -> digests.Way:
    before = IndexRoot.objects.filter(version__lt=root.version).order_by("-version")
    key = index.opened(root)
    return digests.Way(index.Step(key), key, tuple(map(index.opened, before)))


def _parts(way: digests.Way) -> list[tuple[str, str, Callable[[], int]]]:
    """What is done in one transaction each: its name, the table that holds it, and what brings it along."""
    return [
        *((name, "", functools.partial(run, way)) for name, run in digests.rewritings().items()),
        *(
            (f"{leaf}.{column.column}", leaf, functools.partial(_bring, column, leaf, way.step))
            for column in digests.every()
            for leaf in _leaves(column.table)
        ),
    ]


def _leaves(table: str) -> list[str]:
    """The tables in which its rows lie: itself, or its partitions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relid::regclass::text FROM pg_partition_tree(%s::regclass) WHERE isleaf ORDER BY 1", [table]
        )
        return [leaf for (leaf,) in cursor.fetchall()] or [table]


def _sizes() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text, greatest(reltuples, 0)::bigint FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = current_schema()::regnamespace"
        )
        return dict(cursor.fetchall())


def _bring(one: digests.Column, leaf: str, step: index.Step) -> int:
    """Bring a column along in the transaction around it: all of it, or an error. How many rows were changed."""
    column, key = f'"{one.column}"', one.model._meta.pk.column
    wanted = f"octet_length({column}) = {index.DIGEST}" if one.kind is digests.Kind.DIGEST else f"{column} IS NOT NULL"
    if one.kind is digests.Kind.NUMBERS:
        found, wanted = f"unnest({column})", f"cardinality({column}) > 0"
    else:
        found = column
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {leaf} IN SHARE ROW EXCLUSIVE MODE")
        kind = "bytea" if one.kind is digests.Kind.DIGEST else "bigint"
        cursor.execute(
            f"CREATE TEMPORARY TABLE cdp_reindexed (old {kind} NOT NULL, new {kind} NOT NULL) ON COMMIT DROP"
        )
    _fill(f"SELECT DISTINCT {found} FROM {leaf} WHERE {wanted}", one.kind, step)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cdp_reindexed")
        cursor.execute(f"SELECT count(*) FROM {leaf} WHERE {wanted}")  # noqa: S608
        (rows,) = cursor.fetchone()
        if one.kind is digests.Kind.NUMBERS:
            cursor.execute(
                f"UPDATE {leaf} AS held SET {column} = fresh.tokens FROM ("  # noqa: S608
                f"SELECT each.{key}, array_agg(known.new ORDER BY known.new) AS tokens FROM {leaf} AS each"
                f" CROSS JOIN unnest(each.{column}) AS token JOIN cdp_reindexed AS known ON known.old = token"
                f" GROUP BY each.{key}) AS fresh WHERE held.{key} = fresh.{key}"
            )
        else:
            cursor.execute(
                f"UPDATE {leaf} AS held SET {column} = known.new FROM cdp_reindexed AS known"  # noqa: S608
                f" WHERE held.{column} = known.old"
            )
        changed = int(cursor.rowcount)
        cursor.execute("DROP TABLE cdp_reindexed")
    if changed != rows:
        message = f"{leaf}.{one.column}: {changed} of {rows} rows were brought along"
        raise RuntimeError(message)
    return changed


def _fill(statement: str, kind: digests.Kind, step: index.Step) -> None:
    """The values of a column beside what they become, portion by portion, so that none need all be in memory."""
    turn: Callable[[Any], Any] = step.digest if kind is digests.Kind.DIGEST else step.number
    types = ["bytea", "bytea"] if kind is digests.Kind.DIGEST else ["int8", "int8"]
    for portion in _portions(statement):
        with connection.connection.cursor() as raw, raw.copy("COPY cdp_reindexed FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(types)
            for value in portion:
                copy.write_row((value, turn(value)))


def _portions(statement: str) -> Iterator[Sequence[Any]]:
    with connection.connection.cursor(name="cdp_reindexing") as reading:
        reading.execute(statement)
        while portion := reading.fetchmany(PORTION):
            yield [bytes(value) if isinstance(value, memoryview) else value for (value,) in portion]
