"""What is unusual about a look."""

from datetime import time

import pytest

from consent.rules import looks


@pytest.mark.parametrize(
    ("at", "expected"), [("22:00", True), ("23:59", True), ("05:59", True), ("06:00", False), ("21:59", False)]
)
def test_night_is_when_nobody_is_expected_at_work(at: str, expected: bool) -> None:
    assert looks.is_night(time.fromisoformat(at)) is expected


def test_many_begins_above_the_bound() -> None:
    assert [looks.is_many(looks.MANY), looks.is_many(looks.MANY + 1)] == [False, True]


@pytest.mark.parametrize(
    ("staff", "person", "expected"),
    [
        ("Ann Miller", ("Bob Miller", "Miller"), True),
        ("ANN MILLER", ("Bob miller", "miller"), True),
        ("Ann Miller", ("Ann Smith", "Smith"), False),
        ("Ann Miller", ("Miller Jones", "Jones"), False),
        ("สมหญิง ใจดี", ("สมชาย ใจดี", "ใจดี"), True),
        ("김민수", ("김영희", "김"), False),
        ("김민수", ("김민수", "김"), True),
        ("", ("Bob", ""), False),
        ("Ann", ("", ""), False),
    ],
)
def test_a_shared_family_name_is_told_where_it_tells_something(
    staff: str, person: tuple[str, str], expected: bool
) -> None:
    assert looks.shares_name(staff, [person]) is expected
