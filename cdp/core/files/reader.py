"""The rows of a surveyed file, one after the other, however large it is.

Reading never stops at a bad row: what cannot be used is reported with its physical line, the rest comes through. What
is read depends only on the file and its survey, so that an interrupted import goes on at the row where it stopped.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from cdp.core.files import dialect, formats, problems, records, source


def rows(
    file: source.type_of_source,
    survey: dialect.Survey,
    *,
    start_row: int = 0,
    report: records.Report | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """(physical line where the row begins, one cell per column of the survey) for each row after the first `start_row`.

    `report` is called for each line that was left out or mended, in the order of the file and before the next row
    comes; problems of the rows passed over by `start_row` are not told again.
    """
    telling = start_row == 0

    def tell(problem: problems.RowProblem) -> None:
        if telling and report is not None:
            report(problem)

    if survey.format != "text":
        found = formats.rows(file, survey, report=tell)
        if start_row:
            next(itertools.islice(found, start_row - 1, start_row), None)
            telling = True
        yield from found
        return
    with source.opened(file) as stream:
        blocks = source.texts(source.blocks(stream), source.decoder(survey.encoding))
        found = records.parse(
            dialect.skip(blocks, survey.data_line),
            delimiter=survey.delimiter,
            width=len(survey.columns),
            report=tell,
            first_line=survey.data_line,
        )
        if start_row:
            # Exactly to the end of the last row that was taken: what is odd behind it has not been told yet.
            next(itertools.islice(found, start_row - 1, start_row), None)
            telling = True
        yield from found
