"""Workbooks of Excel and its kin (.xlsx), read row by row.

Cells come as the text that a person would type: a day as 2024-02-29, a whole number without `.0`, yes and no as true
and false. Numbers keep the fifteen digits that a spreadsheet has. Only values are read: formulas and macros never run.
"""

from __future__ import annotations

import datetime as dt
import itertools
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from cdp.core.files import problems, records, surveys

LARGEST_PART = 2 * 1024**3
LARGEST_TEXTS = 512 * 1024**2
LARGEST_FRAME = 32 * 1024**2  # styles, relations and the like, which are opened whole
LONGEST_TEXT = 1024**2  # a cell of Excel holds 32,767 characters
LONGEST_ROW = 64 * 1024**2
MOST_ROWS = 1_048_576  # of a sheet of Excel; one that is empty costs nothing in the file
MOST_COLUMNS = 16_384
_BLOCK = 256 * 1024
_DIGITS = 15
_DAMAGED = (
    zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError,
    EOFError, OSError, RuntimeError,
)  # fmt: skip


class Spreadsheet:
    """The first sheet of a workbook that has anything in it."""

    key = "xlsx"

    def recognises(self, head: bytes) -> bool:
        """A zip archive, or the container of old and of encrypted workbooks; what is inside is judged on opening."""
        return head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"))

    def header(self, stream: BinaryIO, options: surveys.Options) -> surveys.Header:
        """The names in the header row, below any titles."""
        _check(stream)
        rows = _rows(stream)
        first = next(rows, None)
        if first is None:
            raise problems.FileProblem("empty_file")
        head = [first, *itertools.islice(rows, surveys.HEAD_RECORDS - 1)]
        chosen = [row for row in head if row[0] == options.header_line]
        line, cells = chosen[0] if chosen else surveys.header(head)
        last = line
        if not chosen and (two := surveys.two_headers(head)) is not None:
            line, last, cells = head[two[0]][0], head[two[0] + 1][0], two[1]
        others = ("other_sheets",) if _others(stream) else ()
        return surveys.Header(tuple(cells), line, last + 1, head[0][0], remarks=others)

    def rows(
        self, stream: BinaryIO, names: tuple[str, ...], data_line: int, report: records.Report
    ) -> Iterator[records.type_of_record]:
        """Every row below the header; cells beyond the named columns are reported."""
        width = len(names)
        for line, cells in _rows(stream):
            if line < data_line:
                continue
            if len(cells) > width:
                if any(cells[width:]):
                    report(problems.RowProblem(line, "too_many_columns", rejected=True, cells=tuple(cells)))
                    continue
                del cells[width:]
            yield line, cells + [""] * (width - len(cells))


def _check(stream: BinaryIO) -> None:
    """Refuse what is no workbook, or one that unpacks to more than a machine can bear: small archives may hold texts
    and rows of gigabytes, which the reader would take into memory at once.
    """
    head = stream.read(4)
    stream.seek(0)
    if head == b"\xd0\xcf\x11\xe0":
        raise problems.FileProblem("old_workbook")
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
            is_bearable = _is_bearable(archive)
    except (*_DAMAGED, zipfile.LargeZipFile) as error:
        raise problems.FileProblem("damaged_file") from error
    if not any(name.startswith("xl/") for name in names):
        raise problems.FileProblem("zip_archive")
    if not is_bearable:
        raise problems.FileProblem("workbook_too_large")
    stream.seek(0)


def _is_bearable(archive: zipfile.ZipFile) -> bool:
    for part in archive.infolist():
        name = part.filename.casefold()
        is_sheet, is_texts = "worksheets/" in name, name.endswith("sharedstrings.xml")
        largest = LARGEST_PART if is_sheet else LARGEST_TEXTS if is_texts else LARGEST_FRAME
        if not name.endswith((".xml", ".rels")) or part.file_size <= LONGEST_TEXT:
            continue
        if part.file_size > largest:
            return False
        if (is_sheet or is_texts) and not _is_in_pieces(archive, part, has_rows=is_sheet):
            return False
    return True


def _is_in_pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo, *, has_rows: bool) -> bool:
    """Whether a tag begins often enough, and a row as well, but no more rows than a sheet has; only a block of it is in
    memory.
    """
    since_tag = since_row = rows = 0
    with archive.open(part) as stream:
        while block := stream.read(_BLOCK):
            tag, row = block.rfind(b"<"), max(block.rfind(b"<row"), block.rfind(b":row"))
            since_tag = len(block) - tag if tag >= 0 else since_tag + len(block)
            since_row = len(block) - row if row >= 0 else since_row + len(block)
            rows += block.count(b"<row") + block.count(b":row") // 2  # with a prefix ends are counted, too
            if since_tag > LONGEST_TEXT or (has_rows and (since_row > LONGEST_ROW or rows > MOST_ROWS)):
                return False
    return True


def _rows(stream: BinaryIO) -> Iterator[records.type_of_record]:
    """Rows of the first sheet with anything in it, blank ones left out, each as long as it is filled."""
    try:
        stream.seek(0)
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            # What a sheet says of its own size is often wrong; its rows are not. They come as long as they are: asked
            # for so many columns, each would be filled up to that many.
            sheet.reset_dimensions()
            found = False
            for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                cells = ["" if value is None else _text(value) for value in values[:MOST_COLUMNS]]
                while cells and not cells[-1]:
                    cells.pop()
                if cells:
                    found = True
                    yield number, cells
            if found:
                return
    except _DAMAGED as error:
        raise problems.FileProblem("damaged_file") from error


def _others(stream: BinaryIO) -> bool:
    """Whether the workbook has another visible sheet that is not empty."""
    stream.seek(0)
    book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    filled = 0
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            sheet.reset_dimensions()
            filled += any(
                any(cell is not None for cell in row) for row in sheet.iter_rows(values_only=True, max_row=50)
            )
    return filled > 1


def _text(value: Any) -> str:
    """A cell as somebody would have typed it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dt.datetime):
        # A moment is a fraction of a day there; its microseconds are noise.
        value = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return str(value)


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return format(Decimal(format(value, f".{_DIGITS}g")), "f")
