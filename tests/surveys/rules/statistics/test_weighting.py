"""Who answered beside who was asked, by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.rules.statistics import weighting


def test_differences_by_hand():
    assert weighting.difference((12.0, 3.0), (10.0, 4.0)) == pytest.approx(2 / math.sqrt(12.5))
    assert weighting.difference((1.0, 0.0), (1.0, 0.0)) is None
    # 60 % against 50 %: √((0.24 + 0.25) / 2) = 0.494975
    assert weighting.difference_of_shares(0.6, 0.5) == pytest.approx(0.1 / 0.494975, abs=1e-5)


def test_weights_by_hand():
    found = weighting.weights({"young": 20, "old": 80}, {"young": 500, "old": 500})
    assert found.of == {"young": pytest.approx(2.5), "old": pytest.approx(0.625)}
    # 100² / (20 x 6.25 + 80 x 0.390625)
    assert found.effective == pytest.approx(64.0)


def test_a_handful_does_not_speak_for_a_city():
    found = weighting.weights({"city": 1, "land": 99}, {"city": 900, "land": 100})
    assert found.of["city"] / found.of["land"] == pytest.approx(weighting.LARGEST)


def test_nobody_cannot_be_weighted():
    assert weighting.weights({}, {"a": 5}) is None
    assert weighting.weights({"a": 0}, {"a": 5}) is None
    assert set(weighting.weights({"a": 3, "b": 0}, {"a": 5, "b": 5}).of) == {"a"}


GROUPS = st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.integers(1, 200), st.integers(1, 9000)), min_size=1)


@given(GROUPS)
def test_weights_are_one_on_average_and_never_add_certainty(groups):
    answered = {group: counts[0] for group, counts in groups.items()}
    found = weighting.weights(answered, {group: counts[1] for group, counts in groups.items()})
    n = sum(answered.values())
    assert sum(found.of[group] * answered[group] for group in answered) == pytest.approx(n)
    assert 0 < found.effective <= n + 1e-6
