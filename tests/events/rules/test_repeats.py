"""Equal rows are numbered, whatever stands between them."""

import hashlib

from events.rules.repeats import Repeats


def digest(row: object) -> bytes:
    return hashlib.sha256(repr(row).encode()).digest()


def test_equal_rows_get_ascending_numbers_and_others_begin_anew():
    repeats = Repeats(10)
    assert [repeats.number(digest(row)) for row in "abaacb"] == [1, 1, 2, 3, 1, 2]


def test_rows_far_apart_are_still_equal_and_different_ones_hardly_ever():
    repeats = Repeats(20_000)
    assert sum(repeats.number(digest(row)) for row in range(20_000)) <= 20_001
    assert repeats.number(digest(7)) == 2


def test_the_same_rows_get_the_same_numbers_again():
    rows = [digest(row % 700) for row in range(1000)]
    one, other = Repeats(1000), Repeats(1000)
    assert list(map(one.number, rows)) == list(map(other.number, rows))
