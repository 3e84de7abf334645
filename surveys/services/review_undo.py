"""Taking back what an import made of reviews (see ADR 18).

What the import wrote last goes, or is again what was told before; what was told anew or replied to since stays and is
counted. Whether a row is as the import left it is asked of PostgreSQL, by a digest of the row but for whose it is: a
merge only changes that.
"""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_noop

from cdp.core import pipeline
from cdp.core.imports import tracing, undoing
from commerce.services import keys
from commerce.services.keys import Owner
from customers.services import buckets
from surveys.models import Review, ReviewKey
from surveys.services import reviews

MADE, CHANGED = "reviews.made", "reviews.changed"
REMOVED, RESTORED, KEPT = "reviews_removed", "reviews_restored", "reviews_kept"
WORDS = {
    REMOVED: gettext_noop("Reviews removed"),
    RESTORED: gettext_noop("Reviews that are again as they were before"),
    KEPT: gettext_noop("Reviews that stay, because they were changed since"),
}
_TABLE = "surveys_review"


class _Row(NamedTuple):
    """A review as the database tells it."""

    customer: uuid.UUID
    image: str
    digest: bytes


class _Left(NamedTuple):
    """How the import left a review: its key, the digest of the row, and what was there before (empty: nothing)."""

    key: bytes
    digest: bytes
    before: str


class Replaced:
    """What stood there before a chunk wrote over it."""

    def __init__(self) -> None:
        """Nothing written over yet."""
        self._images: dict[bytes, str] = {}

    def before(self, rows: Mapping[bytes, Review]) -> None:
        """Remember these rows."""
        found = _rows({row.id: row.customer_id for row in rows.values()})
        self._images = {key: found[row.id].image for key, row in rows.items() if row.id in found}

    def note(self, counts: reviews.Counts, *, import_id: uuid.UUID) -> None:
        """Note what was written, in the chunk's transaction."""
        rows = _rows({row: customer for _key, customer, row, _is_new in counts.written})
        made = [[key, row.bytes, rows[row].digest] for key, _who, row, is_new in counts.written if is_new]
        if made:
            tracing.note(import_id, MADE, made)
        changed = [
            (row, [key, rows[row].digest, self._images.get(key, "")])
            for key, _who, row, is_new in counts.written
            if not is_new
        ]
        if changed:
            tracing.note_all(import_id, CHANGED, changed)


def take_back_made(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Remove new reviews with their keys."""
    for trace in traces:
        made, later = _made(undo, trace)
        mine = _mine(made, lock=True)
        _delete(mine)
        ReviewKey.objects.filter(digest__in=[made[row].key for row in mine]).delete()
        tracing.drop(later)
        undo.count(REMOVED, KEPT, done=len(mine), of=len(made))
        _mark(one.customer for one in mine.values())


def foresee_made(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    for trace in traces:
        made, _later = _made(undo, trace)
        mine = _mine(made)
        undo.ahead[MADE].update(made)
        undo.ahead[Review._meta.label].update(mine)
        undo.count(REMOVED, KEPT, done=len(mine), of=len(made))


def take_back_changes(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Put back what was told before, under who has it by now; what named nobody then names nobody again."""
    left = _changed(traces)
    mine = _mine(left, lock=True)
    _delete(mine)
    images: list[dict[str, Any]] = []
    for row, one in mine.items():
        image = json.loads(left[row].before)
        if uuid.UUID(image["customer_id"]) not in buckets.ALL:
            image["customer_id"] = str(one.customer)
        images.append(image)
    if images:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {_TABLE} SELECT * FROM jsonb_populate_recordset(NULL::{_TABLE}, %s::jsonb)",  # noqa: S608
                [json.dumps(images)],
            )
    owners = {uuid.UUID(image["id"]): uuid.UUID(image["customer_id"]) for image in images}
    keys.point(reviews.KEYS, {left[row].key: Owner(customer, row) for row, customer in owners.items()})
    undo.count(RESTORED, KEPT, done=len(mine), of=len(left))
    _mark([*(one.customer for one in mine.values()), *owners.values()])


def foresee_changes(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them; what named nobody before keeps nobody."""
    left = {row: one for row, one in _changed(traces).items() if row not in undo.ahead[MADE]}
    mine = _mine(left)
    named_nobody = {row for row in mine if uuid.UUID(json.loads(left[row].before)["customer_id"]) in buckets.ALL}
    undo.ahead[Review._meta.label].update(named_nobody)
    undo.count(RESTORED, KEPT, done=len(mine), of=len(left))


def _made(undo: undoing.Undo, trace: tracing.Trace) -> tuple[dict[uuid.UUID, _Left], list[tracing.Trace]]:
    """What a chunk made as the whole import left it, and the traces of the same import's later tellings."""
    made = {uuid.UUID(bytes=row): _Left(key, digest, "") for key, row, digest in trace.data}
    later = tracing.of_subjects(undo.import_id, CHANGED, list(made))
    for row, one in _changed(later).items():
        made[row] = made[row]._replace(digest=one.digest)
    return made, later


def _changed(traces: Sequence[tracing.Trace]) -> dict[uuid.UUID, _Left]:
    """By review what was there before the first telling, and how the last one left it."""
    found: dict[uuid.UUID, _Left] = {}
    for trace in traces:
        if trace.subject is not None:
            key, digest, before = trace.data
            first = found.get(trace.subject)
            found[trace.subject] = _Left(key, digest, first.before if first else before)
    return found


def _mine(left: Mapping[uuid.UUID, _Left], *, lock: bool = False) -> dict[uuid.UUID, _Row]:
    """Those of the reviews that are as the import left them, and whose they are. Their keys are locked."""
    places = keys.find(reviews.KEYS, [one.key for one in left.values()])
    if lock:
        places = keys.claim(reviews.KEYS, places)
    owners = {place.row: place.customer for place in places.values()}
    rows = _rows({row: owners[row] for row in left if row in owners})
    return {row: one for row, one in rows.items() if one.digest == left[row].digest}


def _rows(owners: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, _Row]:
    if not owners:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT r.id, r.customer_id, to_jsonb(r)::text,
                sha256(convert_to((to_jsonb(r) - 'customer_id')::text, 'UTF8'))
            FROM unnest(%s::uuid[], %s::uuid[]) AS known (customer_id, id)
            JOIN {_TABLE} AS r ON r.customer_id = known.customer_id AND r.id = known.id
            """,  # noqa: S608  (our own table)
            [list(owners.values()), list(owners)],
        )
        return {row: _Row(customer, image, bytes(digest)) for row, customer, image, digest in cursor.fetchall()}


def _delete(rows: Mapping[uuid.UUID, _Row]) -> None:
    Review.objects.filter(customer_id__in={one.customer for one in rows.values()}, id__in=list(rows)).delete()


def _mark(customers: Any) -> None:
    known: Collection[uuid.UUID] = set(customers) - buckets.ALL
    pipeline.mark(sorted(known), cause="surveys.reviews", lane=pipeline.BULK)


PARTS = (
    undoing.Part(MADE, 16, take_back_made, foresee_made),
    undoing.Part(CHANGED, 18, take_back_changes, foresee_changes),
)
