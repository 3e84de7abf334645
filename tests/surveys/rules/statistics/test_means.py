"""Means with Student's t: against printed tables and hand-computed cases."""

import pytest

from surveys.rules.statistics import means


@pytest.mark.parametrize(
    ("freedom", "expected"),
    [(1, 12.7062), (2, 4.30265), (4, 2.77645), (10, 2.22814), (29, 2.04523), (120, 1.97993), (49_999, 1.96001)],
)
def test_the_quantile_is_that_of_printed_tables(freedom, expected):
    assert means.quantile(0.975, freedom) == pytest.approx(expected, abs=2e-5)
    assert means.quantile(0.025, freedom) == pytest.approx(-expected, abs=2e-5)


def test_a_mean_of_few_answers_is_as_unsure_as_it_is():
    found = means.mean({1: 1, 2: 1, 3: 1, 4: 1, 5: 1})
    assert (found.n, found.value) == (5, 3)
    # s = √2.5, t(4) = 2.77645: 3 ± 2.77645·√2.5/√5
    assert means.interval(found) == pytest.approx((1.03676, 4.96324), abs=1e-4)
    assert (found.is_hidden, found.is_low) == (False, True)
    assert means.interval(means.mean({4: 1})) is None
    assert (means.mean({}).value, means.interval(means.mean({}))) == (None, None)


def test_two_means_differ_by_welch():
    # Equal sizes and deviations: t = 1/(√2.5·√(2/5)) = 1 on 8 degrees of freedom, p = 0.3466.
    first, second = means.mean(dict.fromkeys(range(1, 6), 1)), means.mean(dict.fromkeys(range(2, 7), 1))
    assert means.differ(first, second) == pytest.approx(0.34659, abs=1e-4)
    assert means.differ(first, means.mean({3: 1})) is None
    assert means.differ(means.mean({3: 9}), means.mean({3: 7})) is None
