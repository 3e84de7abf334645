"""Ids that sort by time."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from cdp.core import ids


def test_ids_of_one_process_grow_strictly():
    made = [ids.uuid7() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert {value.version for value in made} == {7}


@given(st.integers(86_400_000, 32_000_000_000_000).map(lambda ms: dt.datetime.fromtimestamp(ms / 1000, dt.UTC)))
def test_an_id_of_a_moment_lies_in_its_millisecond(moment):
    value = ids.uuid7_at(moment)
    assert ids.floor(moment) <= value
    assert abs(ids.moment_of(value) - moment) < dt.timedelta(milliseconds=1.1)
    assert value < ids.floor(moment + dt.timedelta(milliseconds=2))


def test_ids_made_together_sort_in_order_and_before_the_next_one():
    many = ids.uuid7s(5000)
    assert many == sorted(set(many))
    assert many[-1] < ids.uuid7()
    assert {one.version for one in many} == {7}


def test_no_ids_are_no_ids():
    assert ids.uuid7s(0) == []
