"""What kind of file this is: one pass over all of it before anything is imported.

A survey answers what a mapping screen and an importer need to know beforehand: encoding, delimiter, where the column
names are, how many rows there are, which columns a spreadsheet spoiled, whether 03/04 is in March or April. It reads
the file as the reader does, so that what it counts is what will come.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from cdp.core.files import columns, encodings, formats, problems, records, source, surveys

DELIMITERS = (",", ";", "\t", "|", "^")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*\Z', re.IGNORECASE)
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"SQLite format")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_LINE_END = re.compile(r"\r\n|\r|\n")


Options = surveys.Options
Remark = surveys.Remark
Survey = surveys.Survey


def survey(file: source.type_of_source, options: Options | None = None) -> Survey:
    """Read the whole file once (the stream is used up) and say what it is. A hopeless file is a FileProblem."""
    chosen = options or Options()
    with source.opened(file) as stream:
        pieces = source.blocks(stream)
        head = next(pieces, b"")
        if (found := formats.recognise(head)) is not None:
            return formats.survey(found, file, chosen)
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
        notes = surveys.Notes()
        watch = columns.Watch(layout.columns)
        rows = _pass(layout, itertools.chain([start], blocks), notes, watch)
    surveys.remark_on_header(notes, layout.header, line=layout.header_line, first_line=layout.first_line)
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
        eras=watch.eras(),
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


def _pass(layout: _Layout, blocks: Iterator[str], notes: surveys.Notes, watch: columns.Watch) -> int:
    found = records.parse(
        watch.scan(skip(blocks, layout.data_line)),
        delimiter=layout.delimiter,
        width=len(layout.columns),
        report=notes.report,
        first_line=layout.data_line,
    )
    return surveys.watched(found, watch)


def _layout(start: str, options: Options) -> _Layout:
    lines = source.lines(start)
    first = 0
    delimiter = options.delimiter
    if separator := _SEPARATOR_LINE.match(lines[0]):
        delimiter = delimiter or separator[1]
        first = 1
    if options.header_line:
        first = min(options.header_line, len(lines)) - 1
    sample = "".join(lines[first : first + 2 * surveys.HEAD_RECORDS])
    if not delimiter:
        delimiter = _delimiter(sample)
    found = _head(sample, delimiter, first + 1)
    if not found:
        raise problems.FileProblem("empty_file")
    last, names = found[0] if options.header_line else surveys.header(found)
    line, cells = last, names
    if (two := surveys.two_headers(found)) is not None and (not options.header_line or two[0] == 0):
        (line, _above), (last, cells), names = found[two[0]], found[two[0] + 1], two[1]
    header = tuple(surveys.clean(name) for name in names)
    return _Layout(
        delimiter=delimiter,
        header=header,
        columns=surveys.unique(header),
        header_line=line,
        data_line=last + 1 + sum(len(_LINE_END.findall(cell)) for cell in cells),
        first_line=found[0][0],
    )


def _head(text: str, delimiter: str, first_line: int) -> list[records.type_of_record]:
    rows = records.parse([text], delimiter=delimiter, width=0, report=lambda problem: None, first_line=first_line)
    return list(itertools.islice(rows, surveys.HEAD_RECORDS))


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
