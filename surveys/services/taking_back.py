"""Taking back what an import made of rows that are one per number of their source: reviews, social acts (see ADR 18).

What the import wrote last goes, or is again what was told before; what was told anew or replied to since stays and is
counted. Whether a row is as the import left it is asked of PostgreSQL, by a digest of the row but for whose it is: a
merge only changes that.
"""

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, models

from cdp.core import pipeline
from cdp.core.imports import tracing, undoing
from commerce.services import keys
from commerce.services.keys import KeyTable, Owner
from customers.services import buckets


class _Row(NamedTuple):
    """A row as the database tells it."""

    customer: uuid.UUID
    image: str
    digest: bytes


class _Left(NamedTuple):
    """How the import left a row: its key, the digest of the row, and what was there before (empty: nothing)."""

    key: bytes
    digest: bytes
    before: str


@dataclass(frozen=True)
class Rows:
    """One table that imports write: its rows and keys, the names of its traces, the words its undoing counts by."""

    model: type[models.Model]
    key_model: type[models.Model]
    keys: KeyTable
    cause: str
    made: str
    changed: str
    removed: str
    restored: str
    kept: str

    def parts(self, position: int) -> Sequence[undoing.Part]:
        """What is declared: new rows go at that position, changes are put back after them."""
        return (
            undoing.Part(self.made, position, self.take_back_made, self.foresee_made),
            undoing.Part(self.changed, position + 2, self.take_back_changes, self.foresee_changes),
        )

    def take_back_made(self, undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
        """Remove new rows with their keys."""
        for trace in traces:
            made, later = self._made(undo, trace)
            mine = self._mine(made, lock=True)
            self.take_along({row: one.customer for row, one in mine.items()})
            self._delete(mine)
            self.key_model._default_manager.filter(digest__in=[made[row].key for row in mine]).delete()
            tracing.drop(later)
            undo.count(self.removed, self.kept, done=len(mine), of=len(made))
            self._mark(one.customer for one in mine.values())

    def foresee_made(self, undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
        """Count them."""
        for trace in traces:
            made, _later = self._made(undo, trace)
            mine = self._mine(made)
            undo.ahead[self.made].update(made)
            undo.ahead[self.model._meta.label].update(mine)
            self.foresee_along(undo, {row: one.customer for row, one in mine.items()})
            undo.count(self.removed, self.kept, done=len(mine), of=len(made))

    def take_along(self, rows: Mapping[uuid.UUID, uuid.UUID]) -> None:
        """Remove what came of new rows (id → whose) that are about to go; nothing, unless a table says so."""

    def foresee_along(self, undo: undoing.Undo, rows: Mapping[uuid.UUID, uuid.UUID]) -> None:
        """Say what would go with them."""

    def take_back_changes(self, undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
        """Put back what was told before, under who has it by now; what named nobody then names nobody again."""
        left = _changed(traces)
        mine = self._mine(left, lock=True)
        self._delete(mine)
        images: list[dict[str, Any]] = []
        for row, one in mine.items():
            image = json.loads(left[row].before)
            if uuid.UUID(image["customer_id"]) not in buckets.ALL:
                image["customer_id"] = str(one.customer)
            images.append(image)
        if images:
            table = self.model._meta.db_table
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)",  # noqa: S608
                    [json.dumps(images)],
                )
        owners = {uuid.UUID(image["id"]): uuid.UUID(image["customer_id"]) for image in images}
        keys.point(self.keys, {left[row].key: Owner(customer, row) for row, customer in owners.items()})
        undo.count(self.restored, self.kept, done=len(mine), of=len(left))
        self._mark([*(one.customer for one in mine.values()), *owners.values()])

    def foresee_changes(self, undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
        """Count them; what named nobody before keeps nobody."""
        left = {row: one for row, one in _changed(traces).items() if row not in undo.ahead[self.made]}
        mine = self._mine(left)
        named_nobody = {row for row in mine if uuid.UUID(json.loads(left[row].before)["customer_id"]) in buckets.ALL}
        undo.ahead[self.model._meta.label].update(named_nobody)
        undo.count(self.restored, self.kept, done=len(mine), of=len(left))

    def read(self, owners: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, _Row]:
        """These rows (id → whose) as they are now."""
        if not owners:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT r.id, r.customer_id, to_jsonb(r)::text,
                    sha256(convert_to((to_jsonb(r) - 'customer_id')::text, 'UTF8'))
                FROM unnest(%s::uuid[], %s::uuid[]) AS known (customer_id, id)
                JOIN {self.model._meta.db_table} AS r ON r.customer_id = known.customer_id AND r.id = known.id
                """,  # noqa: S608  (our own table)
                [list(owners.values()), list(owners)],
            )
            return {row: _Row(customer, image, bytes(digest)) for row, customer, image, digest in cursor.fetchall()}

    def _made(self, undo: undoing.Undo, trace: tracing.Trace) -> tuple[dict[uuid.UUID, _Left], list[tracing.Trace]]:
        """What a chunk made as the whole import left it, and the traces of the same import's later tellings."""
        made = {uuid.UUID(bytes=row): _Left(key, digest, "") for key, row, digest in trace.data}
        later = tracing.of_subjects(undo.import_id, self.changed, list(made))
        for row, one in _changed(later).items():
            made[row] = made[row]._replace(digest=one.digest)
        return made, later

    def _mine(self, left: Mapping[uuid.UUID, _Left], *, lock: bool = False) -> dict[uuid.UUID, _Row]:
        """Those of the rows that are as the import left them, and whose they are. Their keys are locked."""
        places = keys.find(self.keys, [one.key for one in left.values()])
        if lock:
            places = keys.claim(self.keys, places)
        owners = {place.row: place.customer for place in places.values()}
        rows = self.read({row: owners[row] for row in left if row in owners})
        return {row: one for row, one in rows.items() if one.digest == left[row].digest}

    def _delete(self, rows: Mapping[uuid.UUID, _Row]) -> None:
        owners = {one.customer for one in rows.values()}
        self.model._default_manager.filter(customer_id__in=owners, id__in=list(rows)).delete()

    def _mark(self, customers: Iterable[uuid.UUID]) -> None:
        known: Collection[uuid.UUID] = set(customers) - buckets.ALL
        pipeline.mark(sorted(known), cause=self.cause, lane=pipeline.BULK)


class Replaced:
    """What stood there before a chunk wrote over it."""

    def __init__(self, rows: Rows) -> None:
        """Nothing written over yet."""
        self._of = rows
        self._images: dict[bytes, str] = {}

    def before(self, rows: Mapping[bytes, Any]) -> None:
        """Remember these rows, each as it was first."""
        found = self._of.read({row.id: row.customer_id for row in rows.values()})
        for key, row in rows.items():
            if row.id in found:
                self._images.setdefault(key, found[row.id].image)

    def note(self, written: Sequence[tuple[bytes, uuid.UUID, uuid.UUID, bool]], *, import_id: uuid.UUID) -> None:
        """Note what was written (key, whose, which, whether new), in the chunk's transaction."""
        news = {row for _key, _who, row, is_new in written if is_new}
        rows = self._of.read({row: customer for _key, customer, row, _is_new in written})
        made = [[key, row.bytes, rows[row].digest] for key, _who, row, is_new in written if is_new]
        if made:
            tracing.note(import_id, self._of.made, made)
        changed = [
            (row, [key, rows[row].digest, self._images.get(key, "")])
            for row, key in {row: key for key, _who, row, is_new in written if not is_new}.items()
            if row not in news
        ]
        if changed:
            tracing.note_all(import_id, self._of.changed, changed)


def _changed(traces: Sequence[tracing.Trace]) -> dict[uuid.UUID, _Left]:
    """By row what was there before the first telling, and how the last one left it."""
    found: dict[uuid.UUID, _Left] = {}
    for trace in traces:
        if trace.subject is not None:
            key, digest, before = trace.data
            first = found.get(trace.subject)
            found[trace.subject] = _Left(key, digest, first.before if first else before)
    return found
