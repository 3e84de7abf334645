"""Tables that are not lines of text: spreadsheets, JSON, vCards, Parquet. One protocol for all of them.

A format finds the names of its columns, then gives its rows as cells of text, so that everything behind it (mapping,
standardising, reports) is the same as for CSV. Nothing is held in memory but the row at hand and what the format itself
needs to be opened. Columns of formats without a header line are found by reading the file once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from cdp.core.files import columns, documents, parquet, problems, records, source, spreadsheets, surveys, vcards


class Format(Protocol):
    """How a kind of file is read. Hopeless files are a FileProblem."""

    key: str

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins like this is one."""

    def header(self, stream: BinaryIO, options: surveys.Options) -> surveys.Header:
        """Find the columns."""

    def rows(
        self, stream: BinaryIO, names: tuple[str, ...], data_line: int, report: records.Report
    ) -> Iterator[records.type_of_record]:
        """Every row: its line or number in the file, and one cell for each name."""


FORMATS: tuple[Format, ...] = (
    spreadsheets.Spreadsheet(),
    parquet.Parquet(),
    vcards.VCards(),
    documents.Lines(),
    documents.Document(),
)


def recognise(head: bytes) -> Format | None:
    """The format of a file that begins like this; None for lines of text and for what nobody knows."""
    return next((known for known in FORMATS if known.recognises(head)), None)


def survey(known: Format, file: source.type_of_source, options: surveys.Options) -> surveys.Survey:
    """Read the whole file and say what it is."""
    notes = surveys.Notes()
    with source.random_access(file) as stream:
        found = known.header(stream, options)
    if not any(found.names):
        raise problems.FileProblem("empty_file")
    header = tuple(surveys.clean(name) for name in found.names)
    names = surveys.unique(header)
    for code in found.remarks:
        notes.add(code)
    watch = columns.Watch(names)
    with source.random_access(file) as stream:
        rows = surveys.watched(
            _sound(known.rows(stream, found.names, found.data_line, notes.report), notes.report), watch
        )
    surveys.remark_on_header(notes, header, line=found.line, first_line=found.first_line)
    for code, line, column in watch.remarks():
        notes.add(code, line, column)
    return surveys.Survey(
        encoding=found.encoding,
        delimiter="",
        header=found.names,
        columns=names,
        header_line=found.line,
        data_line=found.data_line,
        rows_estimate=rows,
        warnings=notes.remarks(),
        dayfirst=watch.dayfirst(),
        eras=watch.eras(),
        float_suffix=watch.float_suffix(),
        decimal_comma=watch.decimal_comma(),
        format=known.key,
    )


def rows(
    file: source.type_of_source, what: surveys.Survey, *, report: records.Report
) -> Iterator[records.type_of_record]:
    """The rows of a surveyed file of one of these formats."""
    known = next(known for known in FORMATS if known.key == what.format)
    with source.random_access(file) as stream:
        yield from _sound(known.rows(stream, what.header, what.data_line, report), report)


def _sound(found: Iterator[records.type_of_record], report: records.Report) -> Iterator[records.type_of_record]:
    """Rows as the reader of text gives them: blank ones left out, unreadable ones refused, NUL characters removed."""
    for line, cells in found:
        whole = "".join(cells)
        if not whole:
            continue
        if not whole.isascii() and not _encodable(whole):
            shown = tuple(cell.encode(errors="replace").decode() for cell in cells)
            report(problems.RowProblem(line, "bad_encoding", rejected=True, cells=shown))
        elif "\0" in whole:
            report(problems.RowProblem(line, "nul_byte", rejected=False))
            yield line, [cell.replace("\0", "") for cell in cells]
        else:
            yield line, cells


def _encodable(text: str) -> bool:
    """Whether it is text at all: half of a surrogate pair, escaped in JSON or left by a wrong byte, is none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
