"""Changes where some people answered twice: as strangers where nobody did, by what each moved where all did."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.rules.statistics import means, nps, repeated

COUNTS = st.integers(0, 60)


def bands(of):
    return nps.Bands(nps.ZERO_TO_TEN, *(int(of.get(band, 0)) for band in (1, 0, -1)))


def sides(pairs):
    before, after = Counter(), Counter()
    for (first, second), count in pairs.items():
        before[first] += count
        after[second] += count
    return before, after


@given(*[COUNTS.map(lambda n: n + 2)] * 6)
def test_of_strangers_it_is_the_change_of_scores(a, b, c, d, e, f):
    before, after = {1: a, 0: b, -1: c}, {1: d, 0: e, -1: f}
    found = repeated.differ(before, after, {}, repeated.NPS_TRACE)
    assert found == pytest.approx(nps.change(bands(before), bands(after)).p, abs=1e-9)


def test_the_same_people_show_a_change_that_strangers_hide():
    """Of 100 people 80 kept their band, 20 moved one up: as strangers chance may do it, as the same people hardly."""
    pairs = {(1, 1): 40, (0, 0): 20, (-1, -1): 20, (0, 1): 10, (-1, 0): 10}
    before, after = sides(pairs)
    same = repeated.differ(before, after, pairs, repeated.NPS_TRACE)
    strangers = nps.change(bands(before), bands(after)).p
    assert same < 0.001
    assert strangers > 0.05
    # Half of them known as the same: in between.
    half = repeated.differ(before, after, {pair: count / 2 for pair, count in pairs.items()}, repeated.NPS_TRACE)
    assert same < half < strangers


def test_means_of_the_same_people_are_judged_as_paired_differences():
    """20 pairs, each a step up or none: by hand the mean of differences 0.5, their deviation √(5/19), t = 4.359."""
    pairs = {(2, 3): 5, (2, 2): 5, (4, 5): 5, (4, 4): 5}
    before, after = sides(pairs)
    expected = 2 * (1 - means.distribution(0.5 / (5 / 19 / 20) ** 0.5, 19))
    assert repeated.differ(before, after, pairs) == pytest.approx(expected, rel=1e-9)


@given(st.dictionaries(st.tuples(st.integers(1, 5), st.integers(1, 5)), st.integers(1, 30), min_size=1))
def test_it_is_a_probability_or_nothing(pairs):
    before, after = sides(pairs)
    found = repeated.differ(before, after, pairs, repeated.NPS_TRACE)
    assert found is None or 0 <= found <= 1
    same = {(value, value): count for (value, _second), count in pairs.items()}
    before, after = sides(same)
    plain = repeated.differ(before, after, same)
    assert plain is None or plain == pytest.approx(1)
