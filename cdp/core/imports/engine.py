"""Running an import: survey, parse, write, checkpoint.

A chunk's facts, its rejected rows and the checkpoint commit together, so an import that is killed goes on after its
last chunk and the result is the same as without the kill.
"""

import base64
import contextlib
import functools
import gc
import hashlib
import itertools
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop

from cdp.core import apart, jobs, memory, minimising, uploads
from cdp.core.actors import Actor
from cdp.core.crypto import hourly
from cdp.core.crypto.envelope import Unopenable
from cdp.core.files import dialect, problems
from cdp.core.imports import mapping, reading, registry, together, tracing, undoing
from cdp.core.models import Job, JobReject, Source

MOST_REJECTS = 10_000_000
"""Beyond any file that people send, so that what is wrong is listed whole; a slip of a whole disk still ends."""
MOST_TOLD = 10_000
MORE = "more_not_listed"
"""The remark about a file with more rejects than that; its count is how many are not listed."""
COUNTED = {"passed_over", "other_name", MORE}
"""Remarks that are told with their number."""
KEPT: set[str] = set()
"""What is said of values that are taken as they are."""
PAGE = 2000
Page = list[JobReject]
LONGEST_ROW = 20_000
"""Bytes of a refused row that are kept; of a longer one only the value that was wrong."""
_VALUE, _TAKEN = "~", "="
"""Before the reason of a row that is taken without a value, and of one that is taken as it is."""
_WHOLE = "whole"
"""In the checkpoint of an import whose last row is written."""
_CONTEXT_BEFORE_ROWS = b"core.job_reject"
"""What rejected values were sealed for before they were bound to their line; such ones are read for their 7 days."""


def fingerprint(file: Mapping[str, str], *, kind: str, source: str, mapped: Mapping[str, Any]) -> bytes:
    """Equal for the same file, kind, source and mapping: a second start of the same import goes on with the first."""
    digest = hashlib.sha256(json.dumps([kind, source, mapped], sort_keys=True).encode())
    if "path" in file:
        with Path(file["path"]).open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    else:
        digest.update(file["upload"].encode())
    return digest.digest()


def params(
    *, file: Mapping[str, str], kind: str, source: str, mapped: mapping.Mapped, dry_run: bool, actor: Actor
) -> dict[str, Any]:
    """What a job must know to be run by any process."""
    return {
        "file": dict(file),
        "kind": kind,
        "source": source,
        "mapping": mapped.as_json(),
        "dry_run": dry_run,
        "actor": [actor.kind, str(actor.id) if actor.id else None],
    }


@jobs.kind("import")
def run(job: Job) -> None:
    """Work on an import job until its file is through."""
    if not job.checkpoint.get(_WHOLE):
        _work_through(job)
    # The checkpoint says by now that nothing is left to read: killed from here on, the next run needs no file.
    if "upload" in job.params["file"] and not job.params["dry_run"]:
        uploads.delete(uuid.UUID(job.params["file"]["upload"]))


def _work_through(job: Job) -> None:
    kind = registry.get(job.params["kind"])
    _refuse_another_file(job)
    try:
        what = reading.survey(job.params["file"], job.params["mapping"]["options"])
        mapped = mapping.read(job.params["mapping"], kind=kind, header=what.columns)
        context = _context(job, kind, what, mapped)
        handler = _handler(job, kind, context, mapped)
    except reading.UnableToRead as problem:
        raise _failed(problem) from problem
    except mapping.BadMapping as problem:
        raise jobs.JobFailed(problem.text, problem.params) from problem
    work = _Work(job, kind, context, handler)
    work.begin()
    source = reading.pieces(
        job.params["file"], kind, handler, context, start_row=work.row, beside=not (work.dry_run or mapped.also)
    )
    try:
        with reading.telling(), memory.collecting_when_told(), source as pieces:
            for piece in pieces:
                work.piece(piece)
                del piece  # or the collector would look through all of it
                gc.collect(1)
            work.finish()
    except reading.UnableToRead as problem:
        raise _failed(problem) from problem
    except apart.Died as problem:
        raise jobs.Interrupted from problem


def _failed(problem: reading.UnableToRead) -> jobs.JobFailed:
    """The failure of a job whose file cannot be read, with the line apart from the words."""
    cause = problem.__cause__
    if isinstance(cause, problems.FileProblem) and cause.line:
        words = str(problems.REASONS.get(cause.code, cause.code))
        return jobs.JobFailed(
            "%(problem)s It stands in line %(line)s.", {"problem": words, "line": cause.line}, words=["problem"]
        )
    return jobs.JobFailed(str(problem))


def _refuse_another_file(job: Job) -> None:
    """A file on this machine may be replaced while its import stands still; going on by row number would skip rows of
    the new one that nobody ever imported. Raises JobFailed.
    """
    if "path" not in job.params["file"] or not job.checkpoint.get("row") or not job.fingerprint:
        return
    told = {name: job.params[name] for name in ("kind", "source")}
    try:
        found = fingerprint(job.params["file"], mapped=job.params["mapping"], **told)
    except OSError as problem:
        raise jobs.JobFailed(gettext_noop("The file is not there.")) from problem
    if found != bytes(job.fingerprint):
        message = gettext_noop(
            "The file has changed since this import began; %(rows)s rows of the old one are in. Put the old file back"
            " to go on with it, or import the new one as a file of its own."
        )
        raise jobs.JobFailed(message, {"rows": job.checkpoint["row"]})


def _context(job: Job, kind: registry.Kind, what: dialect.Survey, mapped: mapping.Mapped) -> registry.Context:
    actor_kind, actor_id = job.params["actor"]
    measured = reading.measured(job.params["file"], kind, what, mapped)
    return registry.Context(
        import_id=job.id,
        source=Source.objects.get(key=job.params["source"]),
        actor=Actor(actor_kind, uuid.UUID(actor_id) if actor_id else None),
        now=timezone.now(),
        zone=ZoneInfo(settings.TIME_ZONE),
        survey=what,
        columns={target: what.columns.index(column) for target, column in mapped.columns.items()},
        constants={**mapped.constants, **measured},
        options=mapped.options,
        measured=measured,
    )


def _handler(job: Job, kind: registry.Kind, context: registry.Context, mapped: mapping.Mapped) -> registry.Handler:
    """Who reads the rows: the kind, other kinds beside it, all rows or those with a certain value."""
    handler = kind.handler(context)
    if mapped.also:
        others = {key: registry.get(key) for key in mapped.also}
        handler = together.Together(
            handler,
            {
                key: other.handler(_context(job, other, context.survey, mapped.also[key]))
                for key, other in others.items()
            },
        )
    for column, values in (mapped.options.get("only") or {}).items():
        if column in context.survey.columns:
            handler = together.Chosen(handler, context.survey.columns.index(column), frozenset(values))
    return handler


class _Work:
    """The running totals of one import."""

    def __init__(self, job: Job, kind: registry.Kind, context: registry.Context, handler: registry.Handler) -> None:
        self.job, self.kind, self.context, self.handler = job, kind, context, handler
        self.dry_run = bool(job.params["dry_run"])
        # What a check has seen of the file it only remembers, so one that was interrupted looks at all of it again.
        self.row = 0 if self.dry_run else int(job.checkpoint.get("row", 0))
        self.total = context.survey.rows_estimate
        self.pending: list[JobReject] = []

    def begin(self) -> None:
        """Note the survey's warnings once, and how much there is to do."""
        if self.row == 0:
            JobReject.objects.filter(job=self.job).delete()
            tracing.forget(self.job.id)
            self.job.result = {
                undoing.BEGUN: timezone.now().isoformat(),
                "rows": 0,
                "accepted": 0,
                "created": 0,
                "updated": 0,
                "rejected": 0,
                "warned": 0,
                "also": {},
                "warnings": [
                    {"code": remark.code, "line": remark.line, "column": remark.column, "count": remark.count}
                    for remark in self.context.survey.warnings
                ],
            }
            self._stopped()
            self._measured()
        jobs.progress(self.job, done=self.row, total=self.total)

    def _stopped(self) -> None:
        """Columns of fields that the shop does not collect any more: said once each, and left out of every row."""
        stopped = minimising.stopped()
        for target, column in self.context.columns.items():
            if target.rpartition(".")[2] in stopped:
                name = self.context.survey.columns[column]
                remark = {"code": "not_collected", "line": None, "column": name, "count": None}
                self.job.result["warnings"].append(remark)

    def _measured(self) -> None:
        """Keep what the file shows that nobody told, and say it where its room has a sentence for it."""
        self.job.result["measured"] = self.context.measured
        for target, value in self.context.measured.items():
            if (code := f"{target}={value}") in _room_reasons:
                self._remark(code, count=None, column=self.context.name_of(self.kind.measured[target][0]))

    def odd(self, problem: problems.RowProblem) -> None:
        """A line the reader left out or mended."""
        if problem.rejected:
            self.job.result["rows"] += 1  # it stands in the file, though it never became a row for the handler
        column, value = self._place(problem)
        self._note(problem.line, column, value, problem.code, rejected=problem.rejected, row=problem.cells)

    def _place(self, problem: problems.RowProblem) -> tuple[str, str]:
        """Column and text of what is odd about a line; the line as a whole has no column."""
        names = self.context.survey.columns
        if problem.code == "too_many_columns":
            return "", self.context.survey.delimiter.join(problem.cells[len(names) :])
        signs = {"bad_encoding": "\ufffd", "unclosed_quote": '"'}
        sign = signs.get(problem.code)
        for name, cell in zip(names, problem.cells, strict=False):
            if sign and sign in cell:
                return name, cell
        return "", self.context.survey.delimiter.join(problem.cells)

    def _note(
        self, line: int, column: str, value: str, code: str, *, rejected: bool, row: Sequence[str] | None = None
    ) -> None:
        self.job.result["rejected" if rejected else "warned"] += 1
        self._list(line, column, value, code if rejected else f"{_VALUE}{code}", row)

    def _tell(self, told: Sequence[registry.Told], rows: dict[int, list[str]] | None = None) -> None:
        """List rows that are taken as they are and should be looked at all the same; those of `rows` (by line) go with
        the first that is listed of their line.
        """
        rows = {} if rows is None else rows
        for line, target, value, code in told:
            self.job.result["told"] = self.job.result.get("told", 0) + 1
            self._remark_more(code, 1)
            if self.job.result["told"] <= MOST_TOLD:  # their number stands in the remark; refusals need the room
                self._list(line, self.context.name_of(target), value, f"{_TAKEN}{code}", rows.pop(line, None))

    def _list(self, line: int, column: str, value: str, reason: str, row: Sequence[str] | None = None) -> None:
        result = self.job.result
        unlisted = result["rejected"] + result["warned"] - MOST_REJECTS
        if unlisted > 0:
            self._remark(MORE, count=unlisted)
            return
        place = _place(self.job.id, line, column[:200])
        self.pending.append(
            JobReject(
                job=self.job,
                line=line,
                column=column[:200],
                reason=reason,
                value=hourly.seal(value[:500].encode(), context=place) if value else None,
                row=self._sealed_row(line, row) if row else None,
            )
        )

    def _sealed_row(self, line: int, row: Sequence[str]) -> bytes | None:
        """The whole row, so that it can be mended; the names of its columns are kept once, sealed as well."""
        written = json.dumps(list(row), ensure_ascii=False).encode()
        if len(written) > LONGEST_ROW:
            return None
        if "header" not in self.job.result:
            names = json.dumps(self.context.survey.columns, ensure_ascii=False).encode()
            sealed = hourly.seal(names, context=b"core_job.header:" + self.job.id.bytes)
            self.job.result["header"] = base64.b64encode(sealed).decode()
        return hourly.seal(written, context=_row_place(self.job.id, line))

    def piece(self, piece: reading.Piece) -> None:
        """Write a chunk in one transaction, together with what was odd about it and the checkpoint."""
        rejected = 0
        for note in piece.notes:
            if isinstance(note, problems.RowProblem):
                self.odd(note)
                continue
            line, target, value, code, is_rejected = note
            if code in KEPT and not is_rejected:
                self._tell([(line, target, value, code)], piece.noted)
                continue
            rejected += is_rejected
            row = piece.noted.pop(line, None)  # once for each line
            self._note(line, self.context.name_of(target), value, code, rejected=is_rejected, row=row)
        if not piece.rows:
            return  # the end of the file; see finish
        with transaction.atomic():
            # A chunk that is lost to a crash of the machine is simply done again; waiting for the disk buys nothing.
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit = off")
            counts = self.handler.foresee(piece.parsed) if self.dry_run else self.handler.write(piece.parsed)
            result = self.job.result
            result["rows"] += piece.rows
            for line, target, value, code in counts.refused:
                self._note(line, self.context.name_of(target), value, code, rejected=True)
            result["accepted"] += piece.rows - piece.passed_over - rejected - len(counts.refused)
            self._pass_over(piece.passed_over)
            result["created"] += counts.created
            result["updated"] += counts.updated
            for word, number in counts.also.items():
                also = result.setdefault("also", {})  # an import that began before this was counted has none
                also[word] = also.get(word, 0) + number
            self._tell(counts.notes)
            for code, number in counts.remarks.items():
                self._remark_more(code, number)
            self._save(piece.rows)

    def _pass_over(self, rows: int) -> None:
        """Count rows about something else, and say once that there are such rows."""
        if not rows:
            return
        result = self.job.result
        result["passed_over"] = result.get("passed_over", 0) + rows
        self._remark("passed_over", count=result["passed_over"], column=next(iter(self.context.options["only"])))

    def _remark(self, code: str, *, count: int | None, column: str | None = None) -> None:
        """Say something about the file as a whole, once and with the number of now."""
        warnings = self.job.result["warnings"]
        remark = next((one for one in warnings if one["code"] == code), None)
        if remark is None:
            remark = {"code": code, "line": None, "column": column}
            warnings.append(remark)
        remark["count"] = count

    def _remark_more(self, code: str, number: int) -> None:
        """Say it with so many more than so far."""
        before = next((int(one["count"]) for one in self.job.result["warnings"] if one["code"] == code), 0)
        self._remark(code, count=before + number)

    def _save(self, rows: int) -> None:
        JobReject.objects.bulk_create(self.pending, batch_size=2000)
        self.pending = []
        self.row += rows
        jobs.progress(self.job, done=self.row, total=max(self.total, self.row), checkpoint={"row": self.row})

    def finish(self) -> None:
        """Keep what the reader reported behind the last row, and that it was the last."""
        with transaction.atomic():
            self._save(0)
            jobs.progress(self.job, done=self.row, total=self.row, checkpoint={"row": self.row, _WHOLE: True})


def rejects(job: Job, *, limit: int = 1000) -> list[dict[str, Any]]:
    """The first rejected and warned lines of a job, in file order: line, column, value, reason code, whether rejected.

    Values whose hourly key is gone are empty.
    """
    return [_noted(entry) for entry in JobReject.objects.filter(job=job).order_by("line", "id")[:limit]]


def all_rejects(
    job: Job, *, is_rejected: bool | None = None, read: Callable[[Callable[[], Page]], Page] = lambda page: page()
) -> Iterator[dict[str, Any]]:
    """Every rejected and warned line of a job in file order, or only those of one sort, read page by page.

    `read` does the reading of a page, for who wants to try it again.
    """
    found = JobReject.objects.filter(job=job).order_by("line", "id")
    if is_rejected is not None:
        is_taken = Q(reason__startswith=_VALUE) | Q(reason__startswith=_TAKEN)
        found = found.filter(~is_taken if is_rejected else is_taken)
    page = read(lambda: list(found[:PAGE]))
    while page:
        yield from map(_noted, page)
        page = read(functools.partial(_following, found, page[-1]))


def _following(found: QuerySet[JobReject], last: JobReject) -> Page:
    """The next page; one line may have several entries, so the line alone does not say where the last one ended."""
    # The first condition is what the index begins at, whatever the planner makes of the second.
    return list(found.filter(line__gte=last.line).filter(Q(line__gt=last.line) | Q(id__gt=last.id))[:PAGE])


def unlisted(job: Job) -> int:
    """How many more rejects there were than are listed."""
    return next((remark["count"] for remark in job.result.get("warnings", []) if remark["code"] == MORE), 0)


def header(job: Job) -> list[str]:
    """The columns of the file whose refused rows are kept; empty when none is, or when the hour's key is gone."""
    try:
        sealed = base64.b64decode(job.result.get("header", ""))
        return list(json.loads(hourly.open_(sealed, context=b"core_job.header:" + job.id.bytes)))
    except Unopenable:
        return []


def rejected_rows(job: Job) -> Iterator[tuple[int, list[str], list[dict[str, Any]]]]:
    """Line, cells and notes of each line that has notes, in file order. Cells are empty where they are not kept.

    Lines that were taken as they are and whose cells are not kept are left out: there is nothing of them to mend.
    """
    for line, noted in itertools.groupby(all_rejects(job), key=lambda entry: entry["line"]):
        entries = list(noted)
        cells: list[str] = next((entry["row"] for entry in entries if entry["row"]), [])
        if cells or not all(entry["taken"] for entry in entries):
            yield line, cells, entries


def _row_place(job: uuid.UUID, line: int) -> bytes:
    return b"core_jobreject.row:" + job.bytes + line.to_bytes(8)


def _place(job: uuid.UUID, line: int, column: str) -> bytes:
    """What a rejected value is sealed for. A row's own number is not known before it is stored; its line is."""
    return b"core_jobreject.value:" + job.bytes + line.to_bytes(8) + column.encode()


def _opened(sealed: bytes, place: bytes) -> str:
    try:
        return hourly.open_(sealed, context=place).decode()
    except Unopenable:
        return hourly.open_(sealed, context=_CONTEXT_BEFORE_ROWS).decode()


def _noted(entry: JobReject) -> dict[str, Any]:
    value = ""
    if entry.value:
        with contextlib.suppress(Unopenable):
            value = _opened(bytes(entry.value), _place(entry.job_id, entry.line, entry.column))
    row: list[str] = []
    if entry.row:
        with contextlib.suppress(Unopenable):
            row = json.loads(hourly.open_(bytes(entry.row), context=_row_place(entry.job_id, entry.line)))
    return {
        "row": row,
        "line": entry.line,
        "column": entry.column,
        "value": value,
        "reason": entry.reason.lstrip(_VALUE + _TAKEN),
        "rejected": not entry.reason.startswith((_VALUE, _TAKEN)),
        "taken": entry.reason.startswith(_TAKEN),
    }


REASONS: dict[str, Any] = {
    "nobody_named": _lazy("The row names nobody: e-mail, phone and customer number are empty."),
    "named_by_unused": _lazy("Only this column says who the row is about, and it is left out of the import."),
    "currency_differs": _lazy("The lines of one order have different currencies."),
    "number_differs": _lazy("An earlier line of the same order says something else; the earlier one was kept."),
    MORE: _lazy("More was wrong with this file than is listed; the rest is only counted:"),
    "not_collected": _lazy("This field is not collected any more; the column was left out."),
    "passed_over": _lazy("Rows about something else, by this column, were passed over."),
    "unknown_status": _lazy("This order status is not known."),
    "unknown_purpose": _lazy("This purpose is not known."),
    "unknown_channel": _lazy("This channel is not known."),
    "unknown_customer": _lazy("No customer has this identifier."),
    "other_name": _lazy("Has the e-mail of somebody with another name; both are taken as one person."),
}


def reasons() -> dict[str, Any]:
    """The sentence of every reason code, lazily translated."""
    return {**problems.REASONS, **_room_reasons, **REASONS}


_room_reasons: dict[str, Any] = {}


def explain(reasons_: Mapping[str, Any], *, counted: Iterable[str] = (), kept: Iterable[str] = ()) -> None:
    """A room adds the sentences of its own codes; those `counted` are said of a file with their number, those `kept`
    as well, and of values that are taken all the same.
    """
    _room_reasons.update(reasons_)
    KEPT.update(kept)
    COUNTED.update(counted, KEPT)
