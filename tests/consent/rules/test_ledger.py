import datetime as dt

import pytest

from consent.rules.ledger import JUST_AFTER, Statement, heard_at, statuses

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


def written(granted: bool, hour: int, at_hour: int) -> Statement:
    return Statement(granted, DAY + dt.timedelta(hours=hour), "till", DAY + dt.timedelta(hours=at_hour))


@pytest.mark.parametrize(
    ("existing", "new", "hour", "is_moved"),
    [
        ([], said(False, 3), 3, False),
        ([written(True, 5, 2)], said(False, 3), 5, True),
        ([written(True, 5, 2), written(True, 4, 2)], said(False, 2), 5, True),
        # Said before the "yes" was written down, or after it by both clocks.
        ([written(True, 5, 4)], said(False, 3), 3, False),
        ([written(True, 2, 2)], said(False, 3), 3, False),
        # A "no" makes way for nothing, a "yes" told late is not moved, and what is there already stays where it is.
        ([written(False, 5, 2)], said(False, 3), 3, False),
        ([written(True, 5, 2)], said(True, 3), 3, False),
        ([written(False, 5, 2)], said(True, 3), 3, False),
        ([written(True, 5, 2), said(False, 3)], said(False, 3), 3, False),
    ],
)
def test_a_no_stands_behind_every_yes_that_was_there_before_it(
    existing: list[Statement], new: Statement, hour: int, is_moved: bool
) -> None:
    expected = DAY + dt.timedelta(hours=hour) + is_moved * JUST_AFTER
    assert heard_at(existing, new) == expected


@pytest.mark.parametrize(("until", "expected"), [(4, 3), (5, 5)])
def test_a_no_of_this_moment_stands_behind_what_another_machine_dated_up_to_then(until: int, expected: int) -> None:
    found = heard_at([written(True, 5, 5)], said(False, 3), until=DAY + dt.timedelta(hours=until))
    assert found == DAY + dt.timedelta(hours=expected) + (expected == 5) * JUST_AFTER


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ([written(False, 5, 2)], 5),
        ([written(False, 5, 2), written(True, 6, 2)], 5),
        # Written down after the "yes" was said, or said before it by both clocks.
        ([written(False, 5, 4)], 3),
        ([written(False, 2, 2)], 3),
    ],
)
def test_a_yes_of_this_moment_stands_behind_every_no_that_was_there_before_it(
    existing: list[Statement], expected: int
) -> None:
    found = heard_at(existing, said(True, 3), is_said_now=True)
    assert found == DAY + dt.timedelta(hours=expected) + (expected == 5) * JUST_AFTER


def lapses(hour: int, *, before: int = 99) -> Statement:
    moment = DAY + dt.timedelta(hours=hour)
    return Statement(False, moment, "policy", status="expired", outlived=DAY + dt.timedelta(hours=before))


def again(hour: int) -> Statement:
    return Statement(True, DAY + dt.timedelta(hours=hour), "shop", status="reconfirmed")


@pytest.mark.parametrize(
    ("existing", "incoming", "expected"),
    [
        ([said(True)], [lapses(1)], ["expired"]),
        # Nothing expires but a "yes" that stands and is old enough.
        ([], [lapses(1)], [None]),
        ([said(False)], [lapses(1)], [None]),
        ([said(True, 5)], [lapses(6, before=5)], [None]),
        ([said(True, 4)], [lapses(6, before=5)], ["expired"]),
        ([said(True), lapses(1)], [lapses(2)], [None]),
        # Who says no after that declines; there was nothing to take back.
        ([said(True), lapses(1)], [said(False, 2)], ["denied"]),
        ([said(True)], [again(1)], ["reconfirmed"]),
        ([], [again(1)], ["given"]),
        ([said(True), said(False, 1)], [again(2)], ["given"]),
        ([said(True), lapses(1)], [again(2)], ["given"]),
        ([], [Statement(True, DAY, "firm", status="inherited")], ["inherited"]),
    ],
)
def test_a_yes_may_lapse_be_confirmed_or_be_taken_over(existing, incoming, expected):
    assert statuses(existing, incoming) == expected
