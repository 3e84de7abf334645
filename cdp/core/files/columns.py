"""What the values of a column say together that no single value can say.

03/04/2024 alone may be March or April; a column with 25/04/2024 in it has the day first. 17850.0 alone may be a price;
a column of identifiers in which everything ends in .0 went through a spreadsheet. A watch looks at batches of rows and
keeps only the few columns that are still in question, so that it costs a fraction of the reading itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cdp.core.files import dates

_SHORT_DATE = re.compile(r"\s*(\d{1,2})\s*([/.\-])\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})(?!\d)")
_WHOLE_FLOAT = re.compile(r"-?\d+\.0")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d+")
_NUMBER = re.compile(r"[^\w.,']{0,4}\d[\d.,' \u00a0\u202f]*[^\w.,']{0,4}")
_COMMA_DECIMALS = re.compile(r",\d{1,2}\D*\Z|\.\d{3},")
_POINT_DECIMALS = re.compile(r"\.\d{1,2}\D*\Z|,\d{3}\.")
_MOSTLY = 0.8
type_of_row = tuple[int, list[str]]


def dayfirst(values: Iterable[str]) -> tuple[bool, bool]:
    """Whether some of these dates can only be read day first, and whether some only month first."""
    day = month = False
    for value in values:
        if match := _SHORT_DATE.match(value):
            first, second = int(match[1]), int(match[3])
            # Nobody who writes dots or Buddhist years puts the month first.
            if dates.may_be_year_first(first, match[2], match[4]) or (first > 31 and len(match[4]) == 2):
                continue  # 26.11.22 may begin with the year, and 67.03.02 does
            if first > 12 >= second or match[2] == "." or dates.is_buddhist(int(match[4])):
                day = True
            elif second > 12 >= first:
                month = True
    return day, month


def years(values: Iterable[str]) -> tuple[bool, bool, bool]:
    """Whether some of these dates have a full Buddhist year, some a full one of our era, some two digits that may be
    of either.
    """
    buddhist = common = doubtful = False
    for value in values:
        if match := _SHORT_DATE.match(value):
            first, last = int(match[1]), match[4]
            if len(last) == 4:
                buddhist |= dates.is_buddhist(int(last))
                common |= not dates.is_buddhist(int(last))
            elif first > 31:  # 67.03.02
                doubtful |= dates.is_doubtful(first)
            elif not dates.may_be_year_first(first, match[2], last):
                doubtful |= dates.is_doubtful(int(last))
    return buddhist, common, doubtful


class Watch:
    """Looks at all rows of a file in batches; afterwards it can be asked about columns by name."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._float = dict.fromkeys(range(len(names)), False)
        self._dates: dict[int, list[bool]] = {}
        self._years: dict[int, list[bool]] = {}
        self._seen: dict[int, set[str]] = {}
        self._comma: set[int] = set()
        self._scientific: dict[int, int] = {}
        self._first = True
        self._suspect = False

    def scan(self, blocks: Iterable[str]) -> Iterator[str]:
        """Hand the blocks on; looking for a short string in a block is far cheaper than looking at each cell."""
        for block in blocks:
            self._suspect = self._suspect or "E+" in block
            yield block

    def look(self, batch: Sequence[type_of_row]) -> None:
        """Take in one batch of full rows."""
        if self._first:
            self._first = False
            self._choose(batch)
        if self._float:
            self._look_for_floats(batch)
        for index, evidence in self._dates.items():
            # A file has far fewer days than rows.
            fresh = {cells[index][:10] for _, cells in batch} - self._seen[index]
            self._seen[index] |= fresh
            day, month = dayfirst(fresh)
            evidence[0] |= day
            evidence[1] |= month
            self._years[index] = [seen | new for seen, new in zip(self._years[index], years(fresh), strict=True)]
        if self._suspect:
            self._suspect = False
            for line, cells in batch:
                for index, value in enumerate(cells):
                    if "E+" in value and _SCIENTIFIC.fullmatch(value.strip()):
                        self._scientific.setdefault(index, line)

    def dayfirst(self) -> dict[str, bool | None]:
        """Per column of short dates: day first, month first, or None where the column cannot tell."""
        return {
            self._names[index]: None if day == month else day for index, (day, month) in sorted(self._dates.items())
        }

    def eras(self) -> dict[str, str]:
        """Per column of short dates that say anything of it: the era of its two-digit years (see dates.day)."""
        found = {}
        for index, (buddhist, common, doubtful) in sorted(self._years.items()):
            if buddhist != common:
                found[self._names[index]] = dates.BUDDHIST_ERA if buddhist else dates.COMMON_ERA
            elif doubtful:
                found[self._names[index]] = dates.OPEN
        return found

    def float_suffix(self) -> frozenset[str]:
        """Columns in which every value ends in `.0`, and there is one."""
        return frozenset(self._names[index] for index, seen in self._float.items() if seen)

    def decimal_comma(self) -> frozenset[str]:
        """Columns of numbers that write 12,50 or 1.234,50 and never 12.50."""
        return frozenset(self._names[index] for index in self._comma)

    def remarks(self) -> Iterator[tuple[str, int | None, str]]:
        """What people should know: (code, line, column)."""
        for index, line in self._scientific.items():
            yield "scientific_numbers", line, self._names[index]
        for index, seen in self._float.items():
            if seen:
                yield "float_suffix", None, self._names[index]
        for index, (day, month) in self._dates.items():
            if day and month:
                yield "mixed_dates", None, self._names[index]
            elif not day and not month:
                yield "ambiguous_dates", None, self._names[index]
        for name, era in self.eras().items():
            if era == dates.OPEN:
                yield "open_years", None, name

    def _choose(self, batch: Sequence[type_of_row]) -> None:
        for index in range(len(self._names)):
            values = [cells[index] for _, cells in batch[:500] if cells[index]]
            if not values:
                continue
            if sum(1 for value in values if _SHORT_DATE.match(value)) >= _MOSTLY * len(values):
                self._dates[index] = [False, False]
                self._years[index] = [False, False, False]
                self._seen[index] = set()
            elif sum(1 for value in values if _NUMBER.fullmatch(value)) >= _MOSTLY * len(values):
                everything = [cells[index] for _, cells in batch]
                if any(map(_COMMA_DECIMALS.search, everything)) and not any(map(_POINT_DECIMALS.search, everything)):
                    self._comma.add(index)

    def _look_for_floats(self, batch: Sequence[type_of_row]) -> None:
        for index in list(self._float):
            # Identifiers repeat: the distinct ones of a batch are a fraction of its rows.
            values = {cells[index] for _, cells in batch}
            values.discard("")
            if all(map(_WHOLE_FLOAT.fullmatch, values)):
                self._float[index] |= bool(values)
            else:
                del self._float[index]
