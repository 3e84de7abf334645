"""From a file to parsed chunks: what happens before the database is asked, here or in a process beside this one."""

import contextlib
import functools
import gc
import itertools
import json
import marshal
import time
import uuid
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from cdp.core import apart, memory, uploads
from cdp.core.crypto.envelope import Unopenable
from cdp.core.files import dialect, problems, reader, safety
from cdp.core.imports import mapping, registry, together

SEEN = 50
"""Rows whose values help to tell what a column is."""
APART_FROM = 10_000
"""Rows from which a process of its own pays: below, both ends of the work are most of it."""
_WITHOUT_REFERENCES = 2  # the version of the format that does not look for what comes twice
_WHOLE_COLLECTION = 20
"""Chunks after which memory is looked through as a whole. After each one the newest objects suffice: what is older are
the values that come again, tens of thousands.
"""
_RACY_NS = 100_000_000  # a file changed so recently may change again without a new time stamp


OWN_COLUMNS = mapping.OWN_COLUMNS


class UnableToRead(Exception):
    """The file cannot be used at all; the message says why."""


Note = registry.Note


@dataclass(slots=True)
class Piece:
    """A parsed chunk: how many rows it came from, what they are, and what was odd, in the order of the file.

    The last piece has no rows, only what the reader told behind the last one.
    """

    rows: int
    parsed: Any
    notes: list[Note | problems.RowProblem]
    passed_over: int = 0  # rows about something else, which the mapping's `only` leaves out
    noted: dict[int, list[str]] = field(default_factory=dict)  # the cells of rows that notes are about, by line


@contextlib.contextmanager
def opened(file: Mapping[str, str]) -> Iterator[Path | BinaryIO]:
    """The bytes of a file description: {"path": …} on this machine or {"upload": id}."""
    if "path" in file:
        yield Path(file["path"])
        return
    stream = uploads.open_(uuid.UUID(file["upload"]))
    with contextlib.closing(stream):
        yield stream


@contextlib.contextmanager
def telling() -> Iterator[None]:
    """What can be wrong with a file as a whole, as UnableToRead with its sentence."""
    try:
        yield
    except problems.FileProblem as problem:
        raise UnableToRead(str(problem.reason)) from problem
    except FileNotFoundError as problem:
        raise UnableToRead(_("The file is not there.")) from problem
    except Unopenable as problem:
        raise UnableToRead(_("The uploaded file is not readable any more; please upload it again.")) from problem


def survey(file: Mapping[str, str], options: Mapping[str, Any]) -> dialect.Survey:
    """What kind of file it is; read once as long as the file stays the same. Raises UnableToRead."""
    encoding = None if options.get("encoding") in (None, "auto") else options["encoding"]
    how = encoding, options.get("delimiter"), options.get("header_line")
    with telling():
        described, stamp = json.dumps(file, sort_keys=True), _stamp(file)
        if stamp is None:
            return _survey.__wrapped__(described, stamp, how)
        return _survey(described, stamp, how)


def first(file: Mapping[str, str], what: dialect.Survey, count: int) -> list[list[str]]:
    """The cells of the first rows of a surveyed file. Raises UnableToRead."""
    with telling(), opened(file) as stream:
        return [cells for _line, cells in itertools.islice(reader.rows(stream, what), count)]


def measured(
    file: Mapping[str, str], kind: registry.Kind, what: dialect.Survey, mapped: mapping.Mapped
) -> dict[str, str]:
    """What all rows of the file show of targets that the mapping does not tell (Kind.measured). Raises UnableToRead."""
    found: dict[str, str] = {}
    for target, (shown_by, show) in kind.measured.items():
        if shown_by not in mapped.columns or target in mapped.columns or mapped.constants.get(target):
            continue
        position = what.columns.index(mapped.columns[shown_by])
        with telling(), opened(file) as stream:
            if value := show(cells[position] for _line, cells in reader.rows(stream, what)):
                found[target] = value
    return found


def _stamp(file: Mapping[str, str]) -> tuple[int, ...] | None:
    """Changes with the file's content; None where that cannot be told. An upload never changes."""
    if "path" not in file:
        return ()
    state = Path(file["path"]).stat()
    is_racy = time.time_ns() - state.st_mtime_ns < _RACY_NS
    return None if is_racy else (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)


@functools.lru_cache(maxsize=8)  # starting an import asks twice, its pages ask for every mapping that is tried
def _survey(
    described: str, _stamp: tuple[int, ...] | None, how: tuple[str | None, str | None, int | None]
) -> dialect.Survey:
    with memory.collecting_when_told(), opened(json.loads(described)) as stream:
        return dialect.survey(stream, dialect.Options(*how))


def pieces(
    file: Mapping[str, str],
    kind: registry.Kind,
    handler: registry.Handler,
    context: registry.Context,
    *,
    start_row: int,
    beside: bool,
) -> AbstractContextManager[Iterator[Piece]]:
    """The file's chunks from a row on, parsed by the handler; a FileProblem comes where the file has it.

    With `beside` a long file is read and parsed in a process of its own, one chunk ahead; only for kinds that say they
    need nothing but their rows for it. Raises apart.Died when that process is killed.
    """
    is_long = beside and context.survey.rows_estimate - start_row >= APART_FROM
    if is_long and kind.is_pure:
        return apart.running(functools.partial(_pieces, file, kind, handler, context, start_row))
    # What is to be done with the mended rows of a file, only the database knows: each of them would be read twice.
    is_mended = set(OWN_COLUMNS) <= set(context.survey.columns)
    if is_long and isinstance(handler, registry.Parted) and not is_mended:
        return _parted(file, kind, handler, context, start_row)
    return contextlib.closing(_pieces(file, kind, handler, context, start_row))


@contextlib.contextmanager
def _parted(
    file: Mapping[str, str],
    kind: registry.Kind,
    handler: registry.Parted,
    context: registry.Context,
    start_row: int,
) -> Iterator[Iterator[Piece]]:
    """The chunks prepared in the process beside and finished here."""
    make = functools.partial(_pieces, file, kind, _Preparing(handler), context, start_row)
    with apart.running(make) as prepared:
        yield (_finished(piece, handler) for piece in prepared)


class _Preparing:
    """A handler of which only the first step is done; the rows travel with it, in one piece."""

    def __init__(self, handler: registry.Parted) -> None:
        self._handler = handler

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> Any:
        whole: Any = rows
        return self._handler.prepare(rows, reject, warn), marshal.dumps(whole, _WITHOUT_REFERENCES)


def _finished(piece: Piece, handler: registry.Parted) -> Piece:
    """A chunk after the second step, or parsed as a whole where that asks for it."""
    if not piece.rows:
        return piece
    prepared, written = piece.parsed
    rows = functools.cache(lambda: marshal.loads(written))  # noqa: S302  (our own child)
    told = [note for note in piece.notes if isinstance(note, tuple)]
    piece.parsed = handler.finish(prepared, rows, told)
    if piece.parsed is None:
        piece.notes = [note for note in piece.notes if not isinstance(note, tuple)]
        piece.parsed = handler.parse(rows(), *registry.noting(piece.notes))
        piece.noted = _noted(rows(), piece.notes)
    return piece


def _noted(rows: Sequence[registry.Row], notes: Sequence[Note | problems.RowProblem]) -> dict[int, list[str]]:
    """The cells of the rows that a handler's notes are about, by line."""
    lines = {note[0] for note in notes if isinstance(note, tuple)}
    return {line: cells for line, cells in rows if line in lines} if lines else {}


def _pieces(
    file: Mapping[str, str],
    kind: registry.Kind,
    handler: registry.Parser,
    context: registry.Context,
    start_row: int,
) -> Generator[Piece, None, None]:
    notes: list[Note | problems.RowProblem] = []
    reject, warn = registry.noting(notes)
    if start_row and (kind.remembers or any(registry.get(key).remembers for key in together.others(handler))):
        _look_back(file, kind, handler, context, start_row)
    with memory.collecting_when_told(), opened(file) as stream:
        rows = reader.rows(stream, context.survey, start_row=start_row, report=notes.append)
        rows = _without_float_suffix(_as_before_the_download(rows, context), kind, context)
        made = 0
        while chunk := list(itertools.islice(rows, kind.chunk)):
            parsed = handler.parse(chunk, reject, warn)
            told = _noted(chunk, notes)
            piece = [Piece(len(chunk), parsed, notes.copy(), together.passed_over(handler, chunk), told)]
            notes.clear()
            del chunk, parsed, told
            yield piece.pop()  # held by nobody here while it is used, so that collecting need not look through it
            made += 1
            gc.collect(1 if made % _WHOLE_COLLECTION else 2)
        yield Piece(0, None, notes)


def _look_back(
    file: Mapping[str, str], kind: registry.Kind, handler: registry.Parser, context: registry.Context, end: int
) -> None:
    """Let the handler see the rows that an earlier run wrote, in the same chunks; what it says of them is told."""

    def told(line: int, target: str, value: str, code: str) -> None:
        del line, target, value, code

    with opened(file) as stream:
        written = itertools.islice(reader.rows(stream, context.survey), end)
        rows = _without_float_suffix(_as_before_the_download(written, context), kind, context)
        while chunk := list(itertools.islice(rows, kind.chunk)):
            handler.parse(chunk, told, told)
            gc.collect()


def _as_before_the_download(rows: Iterator[registry.Row], context: registry.Context) -> Iterator[registry.Row]:
    """A mended file of refused rows has apostrophes before what a spreadsheet would run, and perhaps a last line that
    says how many more there were; the original had neither.
    """
    names = context.survey.columns
    if not set(OWN_COLUMNS) <= set(names):
        return rows
    told = names.index(OWN_COLUMNS[1])
    return (
        (line, [safety.bare(cell) for cell in cells])
        for line, cells in rows
        if any(cell for position, cell in enumerate(cells) if position != told)
    )


def _without_float_suffix(
    rows: Iterator[registry.Row], kind: registry.Kind, context: registry.Context
) -> Iterator[registry.Row]:
    """Identifier columns in which every value ends in `.0` lose it; the survey's warning says so."""
    positions = [
        position
        for target, position in context.columns.items()
        if target in kind.identifiers and context.survey.columns[position] in context.survey.float_suffix
    ]
    if not positions:
        yield from rows
        return
    for line, cells in rows:
        for position in positions:
            cells[position] = cells[position].removesuffix(".0")
        yield line, cells
