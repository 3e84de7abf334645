"""The same order again, in other digits, is the same order."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules import digests
from commerce.rules.inputs import LineInput, OrderInput, RefundInput

AT = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
CUP = LineInput(Decimal(2), Decimal(10), sku="CUP", name="Cup")
POT = LineInput(Decimal(1), Decimal("25.5"), sku="POT", name="Pot")
ORDER = OrderInput("1001", AT, "THB", lines=(CUP, POT), total=Decimal("45.50"))


@pytest.mark.parametrize(
    "again",
    [
        replace(ORDER, total=Decimal("45.5")),
        replace(ORDER, total=Decimal("4.55E1")),
        replace(ORDER, lines=(POT, CUP)),
        replace(ORDER, placed_at=AT.astimezone(dt.timezone(dt.timedelta(hours=7)))),
        replace(ORDER, discount=Decimal("0.00")),
        replace(ORDER, updated_at=AT),
    ],
)
def test_the_same_content_in_other_words_has_the_same_digest(again):
    assert digests.order(again) == digests.order(ORDER)


@pytest.mark.parametrize(
    "other",
    [
        replace(ORDER, total=None),
        replace(ORDER, total=Decimal("45.51")),
        replace(ORDER, status="cancelled"),
        replace(ORDER, currency="KRW"),
        replace(ORDER, discount=Decimal(1)),
        replace(ORDER, shipping=Decimal(1)),
        replace(ORDER, tax=Decimal(1)),
        replace(ORDER, coupon="X"),
        replace(ORDER, channel="X"),
        replace(ORDER, store="X"),
        replace(ORDER, lines=(CUP,)),
        replace(ORDER, lines=(CUP, CUP, POT)),
        replace(ORDER, lines=(replace(CUP, quantity=Decimal(3)), POT)),
        replace(ORDER, lines=(replace(CUP, name="Mug"), POT)),
        replace(ORDER, placed_at=AT + dt.timedelta(seconds=1)),
    ],
)
def test_other_content_has_another_digest(other):
    assert digests.order(other) != digests.order(ORDER)


def test_a_number_belongs_to_its_source():
    assert digests.key("shop", "1") != digests.key("till", "1")
    assert digests.key("shop", "1") == digests.key("shop", "1")
    assert len(digests.key("shop", "1")) == 32


def test_a_refund_is_the_same_only_for_the_same_order():
    refund = RefundInput("r1", Decimal(5), currency="THB")
    assert digests.refund(refund, order_id="a") == digests.refund(replace(refund, amount=Decimal("5.0")), order_id="a")
    assert digests.refund(refund, order_id="a") != digests.refund(refund, order_id="b")
    assert digests.refund(refund) != digests.refund(replace(refund, amount=Decimal(6)))
    assert digests.refund(refund) != digests.refund(replace(refund, reason="broken"))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)


@given(texts, texts, texts, texts)
def test_texts_never_flow_into_each_other(coupon, channel, coupon2, channel2):
    one, two = replace(ORDER, coupon=coupon, channel=channel), replace(ORDER, coupon=coupon2, channel=channel2)
    assert (digests.order(one) == digests.order(two)) == ((coupon, channel) == (coupon2, channel2))
