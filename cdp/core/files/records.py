"""From text blocks to records, at the speed of the csv module but without its silences.

The csv module swallows the rest of a file behind an unclosed quotation mark, forgets on which line a record began and
says nothing about ragged rows. Here it runs strictly over a window of physical lines; where it stumbles, the line is
judged alone, reported, and reading goes on with the next one. A quote never costs more than its own row.
"""

from __future__ import annotations

import _csv
import csv
import itertools
from collections.abc import Callable, Generator, Iterable, Iterator

from cdp.core.files import problems, source

Report = Callable[[problems.RowProblem], None]
type_of_record = tuple[int, list[str]]

QUOTE = '"'
_ESCAPED = '\\"'
# Lines that may wait for the end of one quoted field before its quote counts as forgotten.
_LONGEST_RECORD = 4 * source.BLOCK
_END = "\u0000end"


def parse(
    blocks: Iterable[str], *, delimiter: str, width: int, report: Report, first_line: int = 1
) -> Iterator[type_of_record]:
    """Records as (physical line on which they begin, cells); the first line given has the number `first_line`.

    `blocks` end at line ends (source.texts). With `width` > 0 shorter rows are padded and longer ones refused, each
    with a report; with 0 rows come as they are. Blank rows are left out. Nothing is raised for a bad row.
    """
    window: list[str] = []
    line = first_line
    is_spaced = False
    for block in itertools.chain(blocks, [""]):
        final = not block
        judge = _Judge(delimiter=delimiter, width=width, report=report)
        # Ann, "Lee, A.": whoever puts a blank behind the delimiter quotes behind the blank.
        judge.is_spaced = is_spaced = is_spaced or f"{delimiter} {QUOTE}" in block
        fresh = source.lines(block)
        if "\0" in block:
            fresh = _without_nul(fresh, line + len(window), report)
        judge.marked = source.MARK in block or any(source.MARK in waiting for waiting in window)
        window += fresh
        position = yield from judge.records(window, line, final=final)
        del window[:position]
        line += position


class _Judge:
    """Reads one window of lines; knows how to go on where the csv module stumbles."""

    def __init__(self, *, delimiter: str, width: int, report: Report) -> None:
        self.delimiter = delimiter
        self.width = width
        self.report = report
        self.marked = False
        self.is_spaced = False

    def records(self, window: list[str], first: int, *, final: bool) -> Generator[type_of_record, None, int]:
        """Yield the records of the window; return how many of its lines are done (the rest waits for more)."""
        position = 0
        width = self.width
        while position < len(window):
            offset = position
            reader = self._reader(itertools.islice(window, offset, None), strict=True)
            try:
                for cells in reader:
                    end = offset + reader.line_num
                    if len(cells) != width and end - position > 1 and self._stand_alone(window[position + 1 : end]):
                        self._refuse(first + position, "unclosed_quote", window[position])
                        position += 1
                        break
                    line = first + position
                    position = end
                    if ((len(cells) == width and not self.marked) or self._settle(line, cells)) and any(cells):
                        yield line, cells
            except csv.Error as error:
                end = offset + reader.line_num
                if "end of data" in str(error) and not final and sum(map(len, window[position:])) < _LONGEST_RECORD:
                    return position
                line = first + position
                mended, position = self._mend(window, position, end, first)
                if mended and self._settle(line, mended):
                    yield line, mended
        return position

    def _settle(self, line: int, cells: list[str]) -> bool:
        """Bring a row to the width of the header. False when it must be left out; that is reported."""
        if not any(cells):
            return False
        if self.marked and any(source.MARK in cell for cell in cells):
            self._refuse(line, "bad_encoding", cells)
            return False
        if not self.width or len(cells) == self.width:
            return True
        if len(cells) < self.width:
            self.report(problems.RowProblem(line, "too_few_columns", rejected=False))
            cells.extend([""] * (self.width - len(cells)))
            return True
        if any(cells[self.width :]):
            self._refuse(line, "too_many_columns", cells)
            return False
        del cells[self.width :]
        return True

    def _mend(self, window: list[str], position: int, end: int, first: int) -> tuple[list[str] | None, int]:
        """What becomes of the lines position..end that are no proper record: cells or None, and where to go on."""
        if any(_ESCAPED in line for line in window[position:end]) and (escaped := self._escaped(window, position)):
            return escaped
        alone, closed = self._loosely([window[position]])
        if closed and alone is not None:
            return alone, position + 1
        if alone is None:
            self._refuse(first + position, "field_too_large", window[position][:200])
            return None, position + 1
        if end - position > 1 and not self._begins_anew(window[position + 1 : end]):
            together, closed = self._loosely(window[position:end])
            if closed and together is not None and len(together) == self.width:
                return together, end
        self._refuse(first + position, "unclosed_quote", window[position])
        return None, position + 1

    def _escaped(self, window: list[str], position: int) -> tuple[list[str], int] | None:
        """The record and where it ends as databases write it, a backslash before each quote inside a field; None where
        that makes no sense of it.
        """
        reader = self._reader(itertools.islice(window, position, None), strict=True, escape="\\")
        try:
            cells = next(reader, [])
        except csv.Error:
            return None
        is_fitting = len(cells) == self.width if self.width else len(cells) > 1
        return (cells, position + reader.line_num) if is_fitting else None

    def _loosely(self, lines: list[str]) -> tuple[list[str] | None, bool]:
        """The first record of lines read forgivingly, and whether its quotes were closed within them."""
        try:
            rows = list(self._reader(itertools.chain(lines, [_END]), strict=False))
        except csv.Error:
            return None, False
        return rows[0], rows[-1] == [_END]

    def _stand_alone(self, lines: list[str]) -> bool:
        """Whether each of these lines is a full record by itself, so that they cannot belong to a field above."""
        if not self.width:
            return False
        try:
            return all(len(next(self._reader([line], strict=True), [])) == self.width for line in lines)
        except csv.Error:
            return False

    def _begins_anew(self, lines: list[str]) -> bool:
        """Whether these lines look like records of their own, the last one perhaps with an unclosed quote as well."""
        last, _ = self._loosely(lines[-1:])
        return last is not None and len(last) == self.width and (len(lines) == 1 or self._stand_alone(lines[:-1]))

    def _reader(self, lines: Iterable[str], *, strict: bool, escape: str | None = None) -> _csv.Reader:
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=QUOTE,
            strict=strict,
            escapechar=escape,
            skipinitialspace=strict and self.is_spaced,
        )

    def _refuse(self, line: int, code: str, cells: list[str] | str) -> None:
        if isinstance(cells, str):
            cells = cells.rstrip("\r\n").split(self.delimiter)
        shown = tuple(cell.replace(source.MARK, "\ufffd") for cell in cells)
        self.report(problems.RowProblem(line, code, rejected=True, cells=shown))


def _without_nul(lines: list[str], first: int, report: Report) -> list[str]:
    for number, line in enumerate(lines):
        if "\0" in line:
            report(problems.RowProblem(first + number, "nul_byte", rejected=False))
            lines[number] = line.replace("\0", "")
    return lines
