"""Codes that can be read aloud, what a coupon is worth, and why one is refused."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules import coupons
from loyalty.rules.benefit import Amount, Basket, Percent
from loyalty.rules.coupons import Refusal, Terms

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)


def test_codes_differ_and_read_back():
    codes = {coupons.new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(coupons.shown(coupons.read(code)) == code for code in codes)


@pytest.mark.parametrize("typed", ["7km3p-q9xwo", " 7KM3P Q9XW0 ", "7KM3PQ9XWO", "7km3p–q9xw0"])
def test_a_code_is_read_however_it_is_typed(typed):
    assert coupons.read(typed.replace("–", "-")) == "7KM3PQ9XW0"


@given(st.text())
def test_any_text_is_a_code_or_nothing(text):
    found = coupons.read(text)
    assert found == "" or (len(found) == coupons.LENGTH and set(found) <= set(coupons.LETTERS))


def refusal(terms=None, basket=None, *, at=NOW, is_used=False, is_owner=True, has_ordered=False):
    return coupons.refusal(
        terms or Terms(LATER, Percent(percent=Decimal(10)), is_first_order=True),
        basket=basket or Basket(),
        at=at,
        is_used=is_used,
        is_owner=is_owner,
        has_ordered=has_ordered,
    )


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        ({}, None),
        ({"is_used": True}, Refusal.USED),
        ({"is_used": True, "is_owner": False}, Refusal.USED),
        ({"is_owner": False}, Refusal.OTHER_PERSON),
        ({"at": LATER}, Refusal.EXPIRED),
        ({"at": LATER - dt.timedelta(seconds=1)}, None),
        ({"has_ordered": True}, Refusal.NOT_FIRST),
        ({"has_ordered": True, "terms": Terms(LATER, Percent(percent=Decimal(10)))}, None),
    ],
)
def test_the_first_reason_that_counts_is_told(given_, reason):
    assert refusal(**given_) == reason


FROM_500 = Terms(LATER, Amount(amount=Decimal(50), currency="THB", minimum=Decimal(500)))


@pytest.mark.parametrize(
    ("basket", "reason"),
    [
        (Basket(), Refusal.AMOUNT_NEEDED),
        (Basket(Decimal("499.99"), "THB"), Refusal.TOO_SMALL),
        (Basket(Decimal(500), "THB"), None),
        (Basket(Decimal(9000), "KRW"), Refusal.CURRENCY),
    ],
)
def test_a_smallest_basket_is_asked_for_and_held(basket, reason):
    assert refusal(FROM_500, basket) == reason


@pytest.mark.parametrize(
    ("terms", "basket", "digits", "off"),
    [
        (Terms(LATER, Percent(percent=Decimal(10))), Basket(Decimal("99.95"), "THB"), 2, "10.00"),
        (Terms(LATER, Percent(percent=Decimal("12.5"))), Basket(Decimal(9990), "KRW"), 0, "1249"),
        (Terms(LATER, Amount(amount=Decimal(50), currency="THB")), Basket(Decimal(30), "THB"), 2, "30.00"),
        (Terms(LATER, Amount(amount=Decimal(50), currency="THB")), Basket(Decimal(300), "THB"), 2, "50.00"),
        (Terms(LATER, Percent(percent=Decimal(10))), Basket(Decimal(0), "THB"), 2, "0.00"),
    ],
)
def test_what_comes_off_is_never_more_than_the_basket(terms, basket, digits, off):
    assert str(coupons.discount(terms, basket, digits=digits)) == off


def test_nothing_is_said_of_a_basket_nobody_told():
    assert coupons.discount(Terms(LATER, Percent(percent=Decimal(10))), Basket(), digits=2) is None
