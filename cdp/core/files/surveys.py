"""What is known of a file before anything is imported: the words in which every format says it.

A survey answers what a mapping screen and an importer need to know beforehand, whatever the format: which columns there
are, how many rows, which columns a spreadsheet spoiled, whether 03/04 is in March or April, and what is odd.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cdp.core.files import columns, problems

BATCH = 4096
RESPONSE = frozenset({
    "response", "open-ended response", "open ended response", "other (please specify) response", "응답", "자유 응답",
    "주관식 응답", "คำตอบ", "การตอบกลับ", "คำตอบปลายเปิด",
})  # fmt: skip
"""What stands below a single column in files of surveys."""
_MOSTLY = 0.9
HEAD_RECORDS = 200
_LONGEST_NAME = 200
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
    column of dates like 03/04/2024: True, False, or None where the file itself cannot tell. `eras` says of which era
    the two-digit years of such a column are (see dates.day), where anything in it tells. `float_suffix` lists the
    columns in which every value ends in `.0`, `decimal_comma` those that write 12,50. `format` is "text" for CSV and
    its kin, else the key of one of `formats.FORMATS`, for which encoding and delimiter say little.
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
    quotechar: str = '"'
    format: str = "text"
    eras: Mapping[str, str] = field(default_factory=dict)


class Header(NamedTuple):
    """The names of the columns as they stand in the file, and where."""

    names: tuple[str, ...]
    line: int
    data_line: int
    first_line: int
    encoding: str = "utf-8"
    remarks: tuple[str, ...] = ()


class Notes:
    """Collects remarks: the first place and the number of times of each kind."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str | None], int | None] = {}
        self._count: Counter[tuple[str, str | None]] = Counter()

    def add(self, code: str, line: int | None = None, column: str | None = None) -> None:
        """Note it once more."""
        self._first.setdefault((code, column), line)
        self._count[code, column] += 1

    def report(self, problem: problems.RowProblem) -> None:
        """Note what a reader reports about a line."""
        self.add(problem.code, problem.line)

    def remarks(self) -> tuple[Remark, ...]:
        """What was noted, each kind once, in the order of first sight."""
        return tuple(
            Remark(code, line, column, self._count[code, column]) for (code, column), line in self._first.items()
        )


def watched(rows: Iterator[tuple[int, list[str]]], watch: columns.Watch) -> int:
    """Let the watch see all rows; how many there were."""
    count = 0
    while batch := list(itertools.islice(rows, BATCH)):
        count += len(batch)
        watch.look(batch)
    return count


def header(found: Sequence[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    """The first record that is about as full as the table is wide. Titles above a table fill one cell or two."""
    widths = Counter(len(cells) for _, cells in found)
    width = max(widths.items(), key=lambda item: (item[1], item[0]))[0]
    for line, cells in found:
        filled = sum(1 for cell in cells if cell.strip())
        if filled >= max(1, (width + 1) // 2) and (len(cells) > 1 or width == 1):
            return line, cells
    return found[0]


def two_headers(found: Sequence[tuple[int, list[str]]]) -> tuple[int, list[str]] | None:
    """The place in `found` of a header of two rows, and the names both come to; None for a header of one.

    Tools for surveys write what was asked in the first row and, below a block of columns, what each of them stands for
    (“Response” below a single one). The column of numbers has nothing in the second row and something in all others:
    that tells it from data. A name of a block is “What was asked [What the column stands for]”.
    """
    for place in range(min(3, len(found) - 2)):
        above, below = found[place][1], found[place + 1][1]
        data = [cells for _line, cells in found[place + 2 : place + 22]]
        if len(above) == len(below) >= 2 and _is_second(above, below, data):
            return place, _combined(above, below)
    return None


def _is_second(above: Sequence[str], below: Sequence[str], data: Sequence[Sequence[str]]) -> bool:
    empty = [position for position, cell in enumerate(below) if not cell.strip()]
    told = [position for position, cell in enumerate(below) if cell.strip()]
    if not empty or empty[0] != 0 or not above[0].strip() or len(told) * 2 < len(below):
        return False
    if sum(bool(cells and cells[0].strip()) for cells in data) < _MOSTLY * len(data):
        return False
    nameless = [position for position, cell in enumerate(above) if not cell.strip()]
    if any(position not in told for position in nameless) or any(_LIKE_DATA.fullmatch(below[one]) for one in told):
        return False
    generic = sum(below[position].strip().casefold() in RESPONSE for position in told)
    # Where no column is a single one: a block repeats its own words in the rows, or is nothing but nameless columns.
    ticked = sum(
        any(len(cells) > one and cells[one].strip() == below[one].strip() for cells in data) for one in nameless
    )
    return generic > 0 or ticked > 1


def _combined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    names, asked = [], ""
    for position, (name, part) in enumerate(zip(above, below, strict=True)):
        asked = clean(name) or asked
        means = clean(part)
        is_block = not name.strip() or (position + 1 < len(above) and not above[position + 1].strip())
        if not means or means.casefold() in RESPONSE or not is_block:
            names.append(asked)
        else:
            names.append(f"{asked[: max(20, _LONGEST_NAME - len(means) - 3)].strip()} [{means}]")
    return names


def clean(name: str) -> str:
    """A column's name without invisible characters and superfluous blanks."""
    name = unicodedata.normalize(
        "NFC", "".join(c for c in name if unicodedata.category(c) not in {"Cf", "Cc", "Cs"} or c in "\n\t")
    )
    return " ".join(name.split())[:_LONGEST_NAME]


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """The names made different from each other; a nameless column gets its number."""
    found: list[str] = []
    taken: set[str] = set()
    for number, name in enumerate(names, start=1):
        wanted = name or f"column {number}"
        one, copy = wanted, 2
        while one in taken:
            one, copy = f"{wanted} ({copy})", copy + 1
        taken.add(one)
        found.append(one)
    return tuple(found)


def remark_on_header(notes: Notes, names: Sequence[str], *, line: int, first_line: int) -> None:
    """Note what is odd about the names of the columns, which stand in `line`; the table begins in `first_line`."""
    named = [name for name in names if name]
    if len(set(named)) < len(named):
        notes.add("duplicate_headers", line)
    if len(named) < len(names):
        notes.add("empty_headers", line)
    if any(_LIKE_DATA.fullmatch(name) for name in named):
        notes.add("header_looks_like_data", line)
    if line > first_line:
        notes.add("lines_above_header", first_line)
