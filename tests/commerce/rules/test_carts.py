"""What becomes of a cart that is told again."""

import datetime as dt

import pytest

from commerce.rules import carts
from commerce.rules.carts import CartInput, State

AT = dt.datetime(2026, 11, 1, 10, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
OPEN = State(carts.OPEN, AT, AT)


def told(at, status=carts.OPEN):
    return CartInput(("t",), at, status=status)


def test_a_newer_telling_moves_the_clock():
    assert carts.judge(OPEN, told(AT + HOUR)) == State(carts.OPEN, AT, AT + HOUR)


def test_an_older_telling_changes_nothing():
    assert carts.judge(State(carts.DELETED, AT, AT), told(AT - HOUR)) is None


def test_a_deleted_cart_that_is_filled_again_is_open():
    assert carts.judge(State(carts.DELETED, AT, AT), told(AT + HOUR)).status == carts.OPEN


@pytest.mark.parametrize(("later", "recovered"), [(dt.timedelta(minutes=59), False), (2 * HOUR, True)])
def test_an_order_recovers_a_cart_that_had_been_left(later, recovered):
    assert carts.judge(OPEN, told(AT + later, carts.ORDERED)).is_recovered is recovered


def test_an_order_ends_a_cart_even_if_it_is_told_late():
    assert carts.judge(State(carts.OPEN, AT, AT + HOUR), told(AT, carts.ORDERED)).status == carts.ORDERED


def test_nothing_reopens_an_ordered_cart():
    assert carts.judge(State(carts.ORDERED, AT, AT), told(AT + HOUR)) is None
