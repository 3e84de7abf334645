"""What kind of file this is: one pass over all of it before anything is imported.

A survey answers what a mapping screen and an importer need to know beforehand: encoding, delimiter, where the column
names are, how many rows there are, which columns a spreadsheet spoiled, whether 03/04 is in March or April. It reads
the file as the reader does, so that what it counts is what will come.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cdp.core.files import columns, encodings, problems, records, source

DELIMITERS = (",", ";", "\t", "|", "^")
_HEAD_RECORDS = 200
_BATCH = 4096
_LONGEST_NAME = 200
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*\Z', re.IGNORECASE)
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"SQLite format", b"PAR1")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_LIKE_DATA = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[+-]?[\d.,/:\s-]*\d[\d.,/:\s-]*")


@dataclass(frozen=True, slots=True)
class Options:
    """What somebody knows better than we can guess; None means guess."""

    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something worth telling about the file: first line and column where it was seen, and how often."""

    code: str
    line: int | None = None
    column: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file is. `columns` are the header's names made unique; `header` is as it stands in the file.

    `header_line` is the physical line of the header and `data_line` the one after it. `dayfirst` has an entry for each
    column of dates like 03/04/2024: True, False, or None where the file itself cannot tell. `float_suffix` lists the
    columns in which every value ends in `.0`, `decimal_comma` those that write 12,50.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    columns: tuple[str, ...]
    header_line: int
    data_line: int
    rows_estimate: int
    warnings: tuple[Remark, ...]
    dayfirst: Mapping[str, bool | None]
    float_suffix: frozenset[str]
    decimal_comma: frozenset[str]
    quotechar: str = records.QUOTE


def survey(file: source.type_of_source, options: Options | None = None) -> Survey:
    """Read the whole file once (the stream is used up) and say what it is. A hopeless file is a FileProblem."""
    chosen = options or Options()
    with source.opened(file) as stream:
        pieces = source.blocks(stream)
        head = next(pieces, b"")
        if head.startswith(_BINARY):
            raise problems.FileProblem("not_text")
        name = encodings.known(chosen.encoding) if chosen.encoding else encodings.marked(head)
        guessing = encodings.Guessing()
        decoder = source.decoder(name) if name else guessing
        blocks = source.texts(itertools.chain([head], pieces), decoder)
        start = next(blocks, "")
        if not start.strip("\r\n\t ,;|"):
            raise problems.FileProblem("empty_file")
        if len(_CONTROLS.findall(start)) > 10 + len(start) / 100:
            raise problems.FileProblem("not_text")
        layout = _layout(start, chosen)
        notes = _Notes()
        watch = columns.Watch(layout.columns)
        rows = _pass(layout, itertools.chain([start], blocks), notes, watch)
    _remark_on_header(layout, notes)
    for code, line, column in watch.remarks():
        notes.add(code, line, column)
    return Survey(
        encoding=name or guessing.encoding,
        delimiter=layout.delimiter,
        header=layout.header,
        columns=layout.columns,
        header_line=layout.header_line,
        data_line=layout.data_line,
        rows_estimate=rows,
        warnings=notes.remarks(),
        dayfirst=watch.dayfirst(),
        float_suffix=watch.float_suffix(),
        decimal_comma=watch.decimal_comma(),
    )


def skip(blocks: Iterator[str], data_line: int) -> Iterator[str]:
    """The blocks from a physical line on. The header lies in the first block."""
    start = next(blocks, "")
    yield "".join(source.lines(start)[data_line - 1 :])
    yield from blocks


@dataclass(frozen=True, slots=True)
class _Layout:
    delimiter: str
    header: tuple[str, ...]
    columns: tuple[str, ...]
    header_line: int
    data_line: int
    first_line: int


class _Notes:
    """Collects remarks: the first place and the number of times of each kind."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str | None], int | None] = {}
        self._count: Counter[tuple[str, str | None]] = Counter()

    def add(self, code: str, line: int | None = None, column: str | None = None) -> None:
        self._first.setdefault((code, column), line)
        self._count[code, column] += 1

    def report(self, problem: problems.RowProblem) -> None:
        self.add(problem.code, problem.line)

    def remarks(self) -> tuple[Remark, ...]:
        return tuple(
            Remark(code, line, column, self._count[code, column]) for (code, column), line in self._first.items()
        )


def _pass(layout: _Layout, blocks: Iterator[str], notes: _Notes, watch: columns.Watch) -> int:
    rows = 0
    found = records.parse(
        watch.scan(skip(blocks, layout.data_line)),
        delimiter=layout.delimiter,
        width=len(layout.columns),
        report=notes.report,
        first_line=layout.data_line,
    )
    while batch := list(itertools.islice(found, _BATCH)):
        rows += len(batch)
        watch.look(batch)
    return rows


def _layout(start: str, options: Options) -> _Layout:
    lines = source.lines(start)
    first = 0
    delimiter = options.delimiter
    if separator := _SEPARATOR_LINE.match(lines[0]):
        delimiter = delimiter or separator[1]
        first = 1
    if options.header_line:
        first = min(options.header_line, len(lines)) - 1
    sample = "".join(lines[first : first + 2 * _HEAD_RECORDS])
    if not delimiter:
        delimiter = _delimiter(sample)
    found = _head(sample, delimiter, first + 1)
    if not found:
        raise problems.FileProblem("empty_file")
    line, cells = found[0] if options.header_line else _header(found)
    header = tuple(_clean(cell) for cell in cells)
    return _Layout(
        delimiter=delimiter,
        header=header,
        columns=_unique(header),
        header_line=line,
        data_line=line + 1 + sum(len(_LINE_END.findall(cell)) for cell in cells),
        first_line=found[0][0],
    )


def _head(text: str, delimiter: str, first_line: int) -> list[records.type_of_record]:
    rows = records.parse([text], delimiter=delimiter, width=0, report=lambda problem: None, first_line=first_line)
    return list(itertools.islice(rows, _HEAD_RECORDS))


def _delimiter(text: str) -> str:
    """The delimiter that gives the most rows of equal width; of equals, the one that gives more columns."""
    best = (0.0, 0, "")
    for candidate in DELIMITERS:
        widths = Counter(len(cells) for _, cells in _head(text, candidate, 1))
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        if width > 1:
            best = max(best, (round(count / widths.total(), 1), width, candidate))
    return best[2] or ","


def _header(found: list[records.type_of_record]) -> records.type_of_record:
    """The first record that is about as full as the table is wide. Titles above a table fill one cell or two."""
    widths = Counter(len(cells) for _, cells in found)
    width = max(widths.items(), key=lambda item: (item[1], item[0]))[0]
    for line, cells in found:
        filled = sum(1 for cell in cells if cell.strip())
        if filled >= max(1, (width + 1) // 2):
            return line, cells
    return found[0]


def _clean(name: str) -> str:
    name = unicodedata.normalize(
        "NFC", "".join(c for c in name if unicodedata.category(c) not in {"Cf", "Cc"} or c in "\n\t")
    )
    return " ".join(name.split())[:_LONGEST_NAME]


def _unique(header: Iterable[str]) -> tuple[str, ...]:
    names: list[str] = []
    taken: set[str] = set()
    for number, name in enumerate(header, start=1):
        wanted = name or f"column {number}"
        unique, copy = wanted, 2
        while unique in taken:
            unique, copy = f"{wanted} ({copy})", copy + 1
        taken.add(unique)
        names.append(unique)
    return tuple(names)


def _remark_on_header(layout: _Layout, notes: _Notes) -> None:
    named = [name for name in layout.header if name]
    if len(set(named)) < len(named):
        notes.add("duplicate_headers", layout.header_line)
    if len(named) < len(layout.header):
        notes.add("empty_headers", layout.header_line)
    if any(_LIKE_DATA.fullmatch(name) for name in named):
        notes.add("header_looks_like_data", layout.header_line)
    if layout.header_line > layout.first_line:
        notes.add("lines_above_header", layout.first_line)
