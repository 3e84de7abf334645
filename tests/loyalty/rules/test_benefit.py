"""What comes off any basket: what paper and pencil say, never more than it is on, and to the last cent by line."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from loyalty.rules.benefit import Amount, Basket, Credit, Item, Percent, Why, is_meant, judge
from loyalty.rules.earning import Line
from loyalty.rules.programme import Some

SKUS, CATEGORIES = ("TEA", "CUP", "POT"), ("drinks", "things")
digits = st.sampled_from([0, 2, 3])


def cents(least, most, places):
    return st.integers(least, most).map(lambda number: Decimal(number).scaleb(-places))


@st.composite
def baskets(draw, places):
    """Lines as tills tell them: something may be for nothing, or in parts of a piece."""
    lines = [
        Line(
            draw(st.sampled_from(SKUS)),
            draw(st.sampled_from(CATEGORIES)),
            draw(st.sampled_from([Decimal("0.5"), Decimal(1), Decimal(2), Decimal(7)])),
            draw(cents(0, 200_000, places)),
        )
        for _ in range(draw(st.integers(1, 5)))
    ]
    return Basket(currency="THB", lines=lines)


some = st.sampled_from(
    [Some(), Some(skus=frozenset(["TEA"])), Some(categories=frozenset(["things"])), Some(skus=frozenset(["NO"]))]
)


@st.composite
def benefits(draw, places):
    of = draw(some)
    limits = {
        "currency": "THB",
        "minimum": draw(st.none() | cents(1, 200_000, places)),
    }
    most = draw(st.none() | cents(1, 100_000, places))
    percent = Percent(percent=draw(cents(1, 1_000_000, 4)), of=of, most=most, **limits)
    amount = Amount(amount=draw(cents(1, 300_000, places)), of=of, **limits)
    named = of if of.skus or of.categories else Some(skus=frozenset(["CUP"]))
    return draw(st.sampled_from([percent, amount, Item(of=named, most=most, **limits)]))


def by_hand(benefit, basket, places):
    """The same in fractions, written another way."""
    whole = sum((Fraction(line.amount) for line in basket.lines), Fraction(0))
    if benefit.minimum is not None and whole < Fraction(benefit.minimum):
        return Why.TOO_SMALL
    on = [line for line in basket.lines if is_meant(line, benefit.of)]
    if isinstance(benefit, Item):
        pieces = [Fraction(line.amount) / max(Fraction(line.quantity), 1) for line in on]
        base = off = max(pieces, default=Fraction(0))
        most = benefit.most
    else:
        base = sum((Fraction(line.amount) for line in on), Fraction(0))
        is_share = isinstance(benefit, Percent)
        off = base * Fraction(benefit.percent) / 100 if is_share else min(base, Fraction(benefit.amount))
        most = benefit.most if is_share else None
    is_for_all = not benefit.of.skus and not benefit.of.categories
    if not base and not is_for_all:
        return Why.NO_ARTICLE
    if most is not None:
        off = min(off, Fraction(most))
    unit = Fraction(1, 10**places)
    steps = (off / unit + Fraction(1, 2)).__floor__()
    return (steps if steps * unit <= base else steps - 1) * unit


@given(st.data())
def test_it_is_what_fractions_say_rounded_once(data):
    places = data.draw(digits)
    basket, benefit = data.draw(baskets(places)), data.draw(benefits(places))
    wanted, found = by_hand(benefit, basket, places), judge(benefit, basket, digits=places)
    if isinstance(wanted, Why):
        assert (found.why, found.off, list(found.lines)) == (wanted, None, [])
        return
    assert (found.why, Fraction(found.off)) == (None, wanted)
    assert -found.off.as_tuple().exponent == places


@given(st.data())
def test_nothing_is_taken_off_what_it_is_not_on_and_the_shares_add_up(data):
    places = data.draw(digits)
    basket, benefit = data.draw(baskets(places)), data.draw(benefits(places))
    found = judge(benefit, basket, digits=places)
    assume(found.off is not None)
    assert sum(found.lines) == found.off >= 0
    assert found.off <= basket.whole
    assert len(found.lines) == len(basket.lines)
    for line, share in zip(basket.lines, found.lines, strict=True):
        assert 0 <= share <= (line.amount if is_meant(line, benefit.of) else 0)
        assert share == share.quantize(Decimal(1).scaleb(-places))
    if benefit.most is not None if isinstance(benefit, Percent | Item) else False:
        assert found.off <= benefit.most
    if isinstance(benefit, Amount):
        assert found.off <= benefit.amount


@given(st.data())
def test_who_buys_more_saves_no_less(data):
    """A smallest basket that was reached stays reached, and another line takes nothing off what was given."""
    places = data.draw(digits)
    basket, benefit = data.draw(baskets(places)), data.draw(benefits(places))
    more = Basket(currency="THB", lines=[*basket.lines, *data.draw(baskets(places)).lines])
    before, after = judge(benefit, basket, digits=places), judge(benefit, more, digits=places)
    assert (after.off or 0) >= (before.off or 0)
    assert before.why is not None or after.why is None


@given(st.data())
def test_the_order_of_the_lines_and_splitting_one_change_nothing_of_the_sum(data):
    places = data.draw(digits)
    basket, benefit = data.draw(baskets(places)), data.draw(benefits(places))
    turned = Basket(currency="THB", lines=basket.lines[::-1])
    assert judge(benefit, turned, digits=places).off == judge(benefit, basket, digits=places).off
    if isinstance(benefit, Item):
        return  # that is by the piece
    first, *others = basket.lines
    part = (first.amount / 3).quantize(Decimal(1).scaleb(-places))
    halves = [Line(first.sku, first.category, first.quantity, amount) for amount in (part, first.amount - part)]
    cut = Basket(currency="THB", lines=[*halves, *others])
    assert judge(benefit, cut, digits=places).off == judge(benefit, basket, digits=places).off


@given(st.data())
def test_money_of_another_currency_is_never_compared(data):
    basket, benefit = data.draw(baskets(2)), data.draw(benefits(2))
    there = Basket(currency="KRW", lines=basket.lines)
    found = judge(benefit, there, digits=0)
    if benefit.has_money:
        assert (found.why, found.off) == (Why.CURRENCY, None)
    else:
        assert found.why in {None, Why.NO_ARTICLE}


@given(st.data())
def test_store_credit_takes_nothing_off(data):
    basket = data.draw(baskets(2))
    credit = Credit(amount=data.draw(cents(1, 10_000, 2)), currency="THB")
    found = judge(credit, basket, digits=2)
    assert (found.off, set(found.lines)) == (Decimal("0.00"), {0})
