"""What an import leaves behind so that it can be taken back: which rows it made, what rows were like before.

Traces are written in the transaction of their chunk, by COPY, one for all rows a chunk made and one for each row it
changed. They are sealed under the key of their hour, so they hold as long as an upload would (`hourly.KEPT`) and no
longer, whoever forgets to delete them.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from cdp.core import binary, copying, ids
from cdp.core.crypto import hourly
from cdp.core.crypto.envelope import Unopenable
from cdp.core.models import ImportTrace

_COLUMNS = ("id", "job_id", "part", "subject", "data")
_PAGE = 20_000
_LISTS = 20


class Trace(NamedTuple):
    """One trace, opened: the row it is about (None: a list of rows that were made) and what was noted."""

    id: uuid.UUID
    subject: uuid.UUID | None
    data: Any


def note(import_id: uuid.UUID, part: str, data: Any) -> None:
    """Note what a chunk made. `data` is anything MessagePack knows; ids travel as bytes."""
    note_all(import_id, part, [(None, data)])


def note_all(import_id: uuid.UUID, part: str, noted: Iterable[tuple[uuid.UUID | None, Any]]) -> None:
    """Note what became of each of these rows."""
    place = _place(import_id, part)
    encode = msgspec.msgpack.Encoder().encode
    # Sealed before the COPY begins: the first of an hour asks the database for its key.
    head, middle = binary.begin(len(_COLUMNS)) + binary.ID, binary.ID + import_id.bytes + binary.text(part)
    rows = [
        b"".join(
            (head, ids.uuid7().bytes, middle, _subject(subject), binary.raw(hourly.seal(encode(data), context=place)))
        )
        for subject, data in noted
    ]
    copying.packed(ImportTrace, _COLUMNS, rows)


def _subject(subject: uuid.UUID | None) -> bytes:
    return binary.NULL if subject is None else binary.ID + subject.bytes


def page(import_id: uuid.UUID, part: str, *, size: int) -> list[Trace]:
    """The next traces of a part, at most about `size`, all of a subject together in the order they were noted; a list
    of made rows comes alone, the last one first. Raises Unopenable when their keys are gone.
    """
    found = ImportTrace.objects.filter(job_id=import_id, part=part)
    lists = list(found.filter(subject=None).order_by("-id")[:1])
    rows = lists or list(found.order_by("subject", "id")[:size])
    if not lists and len(rows) == size:
        # Perhaps cut in the middle of a subject: fetch the rest of it.
        rows += found.filter(subject=rows[-1].subject, id__gt=rows[-1].id).order_by("id")
    return list(_opened(import_id, part, rows))


def pages(import_id: uuid.UUID, part: str, *, size: int) -> Iterator[list[Trace]]:
    """The same pages one after another while nothing is deleted: for looking ahead."""
    found = ImportTrace.objects.filter(job_id=import_id, part=part)
    for row in found.filter(subject=None).order_by("-id").iterator(chunk_size=1):
        yield list(_opened(import_id, part, [row]))
    found = found.exclude(subject=None).order_by("subject", "id")
    rows = list(found[:size])
    while rows:
        if len(rows) == size:
            rows += found.filter(subject=rows[-1].subject, id__gt=rows[-1].id)
        yield list(_opened(import_id, part, rows))
        rows = list(found.filter(subject__gt=rows[-1].subject)[:size])


def of_subjects(import_id: uuid.UUID, part: str, subjects: Sequence[uuid.UUID]) -> list[Trace]:
    """All traces of a part about these rows, in the order they were noted."""
    found = ImportTrace.objects.filter(job_id=import_id, part=part, subject__in=list(subjects))
    return list(_opened(import_id, part, found.order_by("subject", "id")))


def lists(imports: Iterable[uuid.UUID], part: str) -> Iterator[Any]:
    """What these imports noted in lists, one after another; what is too old to be read is left out."""
    found = ImportTrace.objects.filter(job__in=list(imports), part=part, subject=None).order_by()
    for row in found.iterator(chunk_size=_LISTS):
        try:
            yield next(_opened(row.job_id, part, [row])).data
        except Unopenable:
            continue


def drop(traces: Iterable[Trace]) -> None:
    """Delete traces that were dealt with."""
    ImportTrace.objects.filter(id__in=[trace.id for trace in traces]).delete()


def has_any(import_id: uuid.UUID) -> bool:
    """Whether an import has traces at all."""
    return ImportTrace.objects.filter(job_id=import_id).exists()


def forget(import_id: uuid.UUID) -> None:
    """Delete the traces of one import."""
    ImportTrace.objects.filter(job_id=import_id).delete()


def forget_old(*, now: datetime) -> int:
    """Delete traces whose keys are gone, some at a time. Returns how many."""
    edge, deleted = ids.floor(now - hourly.KEPT), 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM core_importtrace WHERE id IN (SELECT id FROM core_importtrace WHERE id < %s LIMIT %s)",
                [edge, _PAGE],
            )
            deleted += cursor.rowcount
            if cursor.rowcount < _PAGE:
                return deleted


def _opened(import_id: uuid.UUID, part: str, rows: Iterable[ImportTrace]) -> Iterator[Trace]:
    place = _place(import_id, part)
    for row in rows:
        yield Trace(row.id, row.subject, msgspec.msgpack.decode(hourly.open_(bytes(row.data), context=place)))


def _place(import_id: uuid.UUID, part: str) -> bytes:
    return b"core_importtrace:" + import_id.bytes + part.encode()
