"""Shares by hand and beside known figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.rules.statistics import several, shares
from surveys.rules.statistics.shares import Share


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(42, 50, 0.7149, 0.9166), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 2, 0.0945, 0.9055)],
)
def test_wilsons_interval(hits, n, low, high):
    assert shares.interval(Share(hits, n)) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_nothing_has_no_share():
    empty = Share(0, 0)
    assert (empty.value, shares.interval(empty), shares.against_half(empty)) == (None, None, None)
    assert shares.differ(empty, Share(1, 2)) is None
    with pytest.raises(ValueError, match="3 of 2"):
        Share(3, 2)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_its_share_and_stays_between_none_and_all(case):
    low, high = shares.interval(Share(*case))
    assert 0 <= low <= Share(*case).value <= high <= 1


def test_two_shares_by_hand():
    # 30 of 100 and 45 of 100: pooled 0.375, error √(0.375 x 0.625 x 0.02) = 0.0684653; z 2.19089
    assert shares.differ(Share(30, 100), Share(45, 100)) == pytest.approx(0.02846, abs=5e-5)
    assert shares.differ(Share(0, 10), Share(0, 20)) == 1.0


@pytest.mark.parametrize(
    ("hits", "n", "p"),
    [(5, 10, 1.0), (8, 10, 0.109375), (2, 10, 0.109375), (9, 10, 0.021484375), (0, 1, 1.0), (600, 1000, 2.7280e-10)],
)
def test_a_poll_of_two_against_no_preference(hits, n, p):
    assert shares.against_half(Share(hits, n)) == pytest.approx(p, rel=1e-4)


@pytest.mark.parametrize(
    ("hits", "n", "p"),
    # Of 6 blind choices among 3 none, one, … six hit with 64, 192, 240, 160, 60, 12 and 1 of 729.
    [(4, 6, 73 / 729), (0, 6, 137 / 729), (3, 6, 297 / 729), (1, 6, 489 / 729), (2, 6, 1.0), (6, 6, 1 / 729)],
)
def test_a_place_of_three_against_blind_choice(hits, n, p):
    assert shares.against_chance(Share(hits, n), 3) == pytest.approx(p)


def test_who_leads_among_several_is_judged_pair_by_pair():
    assert several.lead([]) is several.lead([0, 0]) is several.lead([4, 4, 1]) is None
    # 8 of 10 against one other: 0.109375 (above); a third with 1: of 9 choices 8 (0.0390625), of 3 choices 2 (1.0).
    assert several.lead([2, 8]) == several.Lead(1, pytest.approx(0.109375))
    assert several.lead([2, 8, 1]) == several.Lead(1, pytest.approx(0.21875))
    assert several.lead([0, 0, 30]).p == pytest.approx(3 * 2 * 0.5**30)


def test_a_poll_of_many_does_not_overflow():
    assert 0.3 < shares.against_chance(Share(333_800, 1_000_000), 3) < 0.35
    assert shares.against_half(Share(500_000, 1_000_000)) == 1.0
    assert 0 < shares.against_half(Share(19_000, 40_000)) < 1e-20


def test_holm_by_hand():
    assert several.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert several.holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_only_raises_and_keeps_the_order(found):
    adjusted = several.holm(found)
    assert all(first <= second <= 1 for first, second in zip(found, adjusted, strict=True))
    pairs = sorted(zip(found, adjusted, strict=True))
    assert [second for _first, second in pairs] == sorted(adjusted)
