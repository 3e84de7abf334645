"""What an order comes to, whether it counts, what was given back."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules import amounts, statuses
from commerce.rules.inputs import LineInput, OrderInput

AT = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


def line(quantity="1", price="10", **fields):
    return LineInput(
        Decimal(quantity),
        Decimal(price),
        **{k: Decimal(v) if k in {"discount", "amount"} else v for k, v in fields.items()},
    )


def order(*lines, **fields):
    money = {"total", "discount", "shipping", "tax"}
    values = {name: Decimal(value) if name in money and value is not None else value for name, value in fields.items()}
    return OrderInput("1001", AT, "THB", lines=lines, **values)


@pytest.mark.parametrize(
    ("told", "amount"),
    [
        (line("2", "10"), "20"),
        (line("2", "10", discount="1"), "19"),
        (line("-2", "10"), "-20"),
        (line("-2", "10", discount="1"), "-19"),
        (line("1", "-5"), "-5"),
        (line("-1", "-5"), "5"),
        (line("0", "10"), "0"),
        (line("3", "0"), "0"),
        (line("0.333", "0.0003"), "0.0000999"),
        (line("2", "10", amount="17.5"), "17.5"),
        (line("2", "10", discount="1", amount="17.5"), "17.5"),
        (line("99999999999.999", "99999999999999.9999"), "9999999999999899990000000.0000001"),
    ],
)
def test_a_line_comes_to_quantity_times_price_less_discount(told, amount):
    assert amounts.line_amount(told) == Decimal(amount)


@pytest.mark.parametrize(
    ("told", "amount"),
    [
        (order(line("2", "10"), line("1", "5")), "25"),
        (order(line("2", "10"), discount="3", shipping="4", tax="1.5"), "22.5"),
        (order(line("2", "10"), total="18"), "18"),
        (order(line("2", "10"), total="18", discount="3", shipping="4", tax="1"), "18"),
        (order(line("2", "10"), total="0"), "0"),
        (order(total="18"), "18"),
        (order(line("2", "10"), line("-1", "5")), "20"),
        (order(line("1", "10"), discount="30"), "0"),
        (order(line("-1", "5")), "0"),
        (order(line("-1", "5"), shipping="10"), "0"),
        (order(line("1", "0")), "0"),
        (order(), "0"),
    ],
)
def test_an_order_comes_to_its_total_else_to_its_positive_lines_and_extras(told, amount):
    assert amounts.price(told).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        (order(line()), True),
        (order(total="1"), True),
        (order(total="0"), False),
        (order(total=None), False),
        (order(line("1", "0")), False),
        (order(line("1", "0"), total="50"), False),
        (order(line("1", "0"), line("1", "0.01")), True),
        (order(line("-1", "5")), False),
        (order(line("-1", "5"), total="-5"), False),
        (order(line("1", "10"), line("-3", "10")), True),
        (order(line("1", "10"), discount="10"), True),
        *((order(line(), status=status), False) for status in sorted(statuses.UNCOUNTED)),
        *((order(line(), status=status), True) for status in ("paid", "fulfilled", "refunded", "partially_refunded")),
    ],
)
def test_an_order_counts_when_something_was_bought_and_its_state_is_no_failure(told, counts):
    assert amounts.price(told).is_counted is counts


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        (order(line("1", "0")), True),
        (order(total="0"), True),
        (order(), False),
        (order(line("-1", "5")), False),
        (order(line("1", "0"), status="cancelled"), False),
    ],
)
def test_an_amount_of_zero_counts_only_where_the_mapping_says_so(told, counts):
    assert amounts.price(told, zero_is_purchase=True).is_counted is counts


def test_negative_lines_become_a_return_told_in_positive_numbers():
    priced = amounts.price(order(line("2", "10", sku="A"), line("-1", "5", sku="B", name="Cup"), line("1", "-3")))
    assert [one.sku for one in priced.bought] == ["A"]
    assert [(one.quantity, one.unit_price, one.amount) for one in priced.returned] == [(1, 5, 5), (1, 3, 3)]
    assert priced.returned[0].name == "Cup"
    assert priced.returned_amount == 8
    assert priced.has_return


@pytest.mark.parametrize(
    ("told", "back"),
    [
        (order(line("-1", "5"), total="-5.35"), "5.35"),
        (order(line("-1", "5")), "5"),
        (order(total="-7"), "7"),
        (order(line("1", "10"), line("-1", "5"), total="10"), "5"),
        (order(line("1", "10")), "0"),
    ],
)
def test_a_mere_return_gives_back_its_total_else_its_lines(told, back):
    assert amounts.price(told).returned_amount == Decimal(back)


def test_nothing_is_rounded_before_the_end():
    # 10,000 lines of 0.00004 are 0.4; rounded one by one they would be nothing.
    told = order(*[line("0.1", "0.0004")] * 10_000)
    assert amounts.price(told).amount == Decimal("0.4")


@pytest.mark.parametrize(
    ("exact", "stored"), [("0.00005", "0.0001"), ("0.000049", "0"), ("-0.00005", "-0.0001"), ("7", "7")]
)
def test_a_stored_amount_is_rounded_half_away_from_zero(exact, stored):
    assert amounts.rounded(Decimal(exact)) == Decimal(stored)


@pytest.mark.parametrize(
    "told",
    [
        order(line("99999999999", "99999999999999")),
        order(line("1", "99999999999999"), line("1", "1")),
        order(line("-99999999999", "99999999999999")),
        order(line("-1", "99999999999999"), line("-1", "1")),
        order(line("1", "99999999999999.99995")),
    ],
)
def test_what_no_column_can_hold_is_refused(told):
    with pytest.raises(amounts.TooLarge):
        amounts.price(told)


numbers = st.decimals(min_value=-1000, max_value=1000, places=3)
lines = st.lists(
    st.builds(LineInput, quantity=numbers, unit_price=st.decimals(min_value=-1000, max_value=1000, places=4))
)


@given(lines)
def test_lines_are_bought_or_returned_and_nothing_is_lost(told):
    bought, returned = amounts.split(told)
    assert len(bought) + len(returned) == len(told)
    assert all(one.amount >= 0 for one in bought)
    assert all(one.amount > 0 and one.quantity >= 0 and one.unit_price >= 0 for one in returned)
    net = amounts.total(one.amount for one in bought) - amounts.total(one.amount for one in returned)
    assert net == sum((one.quantity * one.unit_price for one in told), Decimal(0))


@given(lines, st.sampled_from(statuses.ALL))
def test_the_order_of_lines_makes_no_difference(told, status):
    forth = amounts.price(order(*told, status=status))
    back = amounts.price(order(*reversed(told), status=status))
    assert (forth.amount, forth.returned_amount, forth.is_counted) == (
        back.amount,
        back.returned_amount,
        back.is_counted,
    )
    assert forth.amount >= 0
