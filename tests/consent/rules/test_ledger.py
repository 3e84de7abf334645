import datetime as dt

import pytest

from consent.rules.ledger import Statement, statuses

DAY = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def said(granted: bool, hour: int = 0, source: str = "shop") -> Statement:
    return Statement(granted, DAY + dt.timedelta(hours=hour), source)


@pytest.mark.parametrize(
    ("existing", "incoming", "expected"),
    [
        ([], [said(True)], ["given"]),
        ([], [said(False)], ["denied"]),
        ([said(True)], [said(False, 1)], ["withdrawn"]),
        ([said(False)], [said(False, 1)], ["denied"]),
        ([said(True), said(False, 1)], [said(False, 2)], ["denied"]),
        ([said(True, 5)], [said(False, 1)], ["denied"]),
        # In the order of their times, not of the file.
        ([], [said(False, 2), said(True, 1)], ["withdrawn", "given"]),
        ([], [said(True, 1), said(False, 1)], ["given", "denied"]),
        # A repetition is nothing new, in the ledger or in the same file.
        ([said(True)], [said(True)], [None]),
        ([], [said(True), said(True)], ["given", None]),
        ([], [said(True), said(True, source="till")], ["given", "given"]),
        ([], [], []),
    ],
)
def test_what_a_statement_is(existing: list[Statement], incoming: list[Statement], expected: list[str | None]) -> None:
    assert statuses(existing, incoming) == expected


def test_repeating_a_whole_file_is_nothing_new() -> None:
    file = [said(True), said(False, 1), said(True, 2), said(False, 2)]
    assert statuses(file, file) == [None] * 4
