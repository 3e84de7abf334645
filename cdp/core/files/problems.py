"""What can be wrong with a file, a row or a value, as short codes.

Rules raise codes, doors translate them: the table at the end is the one place with the English sentences (gettext does
the rest). No problem ever carries the value itself in its text, because texts end up in logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: Mapping[str, str | Promise] = {
    # values
    "missing": _("There is no value."),
    "not_a_number": _("This is not a number."),
    "not_whole": _("This must be a whole number."),
    "percent": _("A percentage cannot stand here."),
    "too_large": _("This number is too large."),
    "not_a_boolean": _("This must be yes or no."),
    "unknown_currency": _("This currency is not known."),
    "not_a_date": _("This is not a date."),
    "no_such_day": _("There is no such day in the calendar."),
    "ambiguous_date": _("It is not clear which number is the day and which is the month."),
    "two_digit_year": _("Write the year in full."),
    "out_of_range": _("This date is too far away to be right."),
    "not_a_time": _("This is not a time of day."),
    "unknown_zone": _("This time zone is not known."),
    # rows
    "too_few_columns": _("The line has fewer columns than the header; the rest was read as empty."),
    "too_many_columns": _("The line has more columns than the header."),
    "unclosed_quote": _("A quotation mark is opened in this line and never closed."),
    "field_too_large": _("A field of this line is too long."),
    "bad_encoding": _("The line has characters that do not fit the encoding of the file."),
    "nul_byte": _("The line had NUL characters; they were removed."),
    # files
    "unreadable_file": _("The file cannot be read."),
    "not_text": _("This is not a text file. Save it as CSV and try again."),
    "empty_file": _("The file is empty."),
    "damaged_file": _("The file ends before its end or is damaged. Send it again."),
    "unknown_encoding": _("This encoding is not known."),
    "bad_json": _("This is not sound JSON."),
    "not_an_object": _("This is not a JSON object with names and values."),
    "too_many_names": _("The file has more different names of columns than can be imported."),
    "zip_archive": _("This is a zip archive, not a table. Unpack it and send the file inside."),
    "old_workbook": _(
        "This is an old (.xls) or password-protected workbook. Save it as .xlsx without a password and try again."
    ),
    "workbook_too_large": _("This workbook is too large when unpacked. Save it as CSV and try again."),
    "table_too_large": _("This table is too large when unpacked. Save it as CSV and try again."),
    "no_vcard": _("No card in this file ends where it should."),
    # what a survey of a file remarks
    "other_sheets": _("The workbook has several sheets; the first one with anything in it is read."),
    "duplicate_headers": _("Two columns have the same name; the later ones got a number."),
    "empty_headers": _("A column has no name; it got a number."),
    "header_looks_like_data": _("The first line looks like data, not like column names."),
    "lines_above_header": _("Lines above the column names were left out."),
    "ragged_rows": _("Some lines have another number of columns than the header."),
    "scientific_numbers": _(
        "A spreadsheet shortened long numbers, the first of them in this line. Their digits are lost."
    ),
    "float_suffix": _(
        "Every value of a column ends in .0, as spreadsheets write numbers. Identifiers are read without it."
    ),
    "ambiguous_dates": _("Dates of a column can be read day first or month first."),
    "mixed_dates": _("Some dates of a column have the day first, others the month."),
    "open_years": _("Two-digit years of a column can be of the Buddhist or of the common era; they are left out."),
}


class Problem(ValueError):
    """Something could not be read. `code` is for programs, `reason` the sentence for people (lazily translated)."""

    reasons: ClassVar[Mapping[str, str | Promise]] = REASONS

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def reason(self) -> str | Promise:
        """The English sentence, translated when it is shown."""
        return self.reasons.get(self.code, self.code)


class ValueProblem(Problem):
    """One value cannot be read."""


class FileProblem(Problem):
    """The file as a whole cannot be read. `line` is where reading came to its end, 0 where no line is to blame."""

    def __init__(self, code: str, *, line: int = 0) -> None:
        super().__init__(code)
        self.line = line

    @property
    def reason(self) -> str | Promise:
        """The sentence, with the line behind it."""
        sentence = super().reason
        if not self.line:
            return sentence
        return _("%(problem)s It stands in line %(line)s.") % {"problem": sentence, "line": self.line}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Something is odd about one line of a file.

    `line` is its physical line in the file, starting at 1. `rejected` says whether the row was left out (True) or still
    handed on (False). `cells` is what could be read of it, for the reject file; it may hold personal data.
    """

    line: int
    code: str
    rejected: bool
    cells: tuple[str, ...] = ()

    @property
    def reason(self) -> str | Promise:
        """The English sentence, translated when it is shown."""
        return REASONS.get(self.code, self.code)
