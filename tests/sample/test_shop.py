import itertools
import tracemalloc
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.sample import shop

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
STREAMS = ["people", "truth", "orders", "consents", "events"]


@pytest.mark.parametrize("stream", STREAMS)
@settings(deadline=None, max_examples=12)
@given(
    seed=st.integers(min_value=0, max_value=2**70),
    customers=st.integers(min_value=1, max_value=150),
    cuts=st.lists(st.integers(min_value=0, max_value=150), max_size=4),
)
def test_chunks_in_any_cut_are_the_whole(stream, seed, customers, cuts):
    whole = shop.generate(seed=seed, customers=customers, events=customers * 9, now=NOW)
    borders = [0, *sorted(cuts), customers]
    parts = []
    for start, stop in itertools.pairwise(borders):
        # Another process would make its own shop of the same values.
        other = shop.generate(seed=seed, customers=customers, events=customers * 9, now=NOW)
        parts += getattr(other, stream)(start, stop)
    assert parts == list(getattr(whole, stream)())


@pytest.mark.parametrize("stream", STREAMS)
def test_streams_may_be_read_side_by_side(sample, stream):
    first, second = getattr(sample, stream)(0, 40), getattr(sample, stream)(0, 40)
    assert all(a == b for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("stream", ["people", "truth", "orders", "consents"])
def test_rows_do_not_depend_on_how_many_there_are(stream):
    small = shop.generate(seed=3, customers=50, events=0, now=NOW)
    large = shop.generate(seed=3, customers=5_000_000, events=0, now=NOW)
    assert list(getattr(small, stream)()) == list(getattr(large, stream)(0, 50))


def test_a_row_far_out_is_made_without_those_before_it():
    shop_of_millions = shop.generate(seed=3, customers=9_000_000, events=90_000_000, now=NOW)
    assert len(list(shop_of_millions.people(8_999_990))) == 10
    assert list(shop_of_millions.events(8_999_990))


def test_another_seed_is_another_shop():
    one, two = (shop.generate(seed=seed, customers=20, events=0, now=NOW) for seed in (1, 2))
    assert list(one.people()) != list(two.people())


def test_the_zone_in_which_the_moment_is_written_does_not_matter():
    bangkok = NOW.astimezone(timezone(timedelta(hours=7)))
    one, two = (shop.generate(seed=1, customers=30, events=300, now=now) for now in (NOW, bangkok))
    assert list(one.orders()) == list(two.orders())
    assert list(one.events()) == list(two.events())


@pytest.mark.parametrize("stream", ["people", "orders", "events"])
def test_memory_stays_small_while_many_rows_stream(stream):
    many = shop.generate(seed=5, customers=1_000_000, events=10_000_000, now=NOW)
    rows = getattr(many, stream)(0, 6_000)
    for _ in range(200):
        next(rows)
    tracemalloc.start()
    for _ in itertools.islice(rows, 5_000):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def test_an_empty_shop_has_a_catalogue_and_nobody():
    empty = shop.generate(seed=1, customers=0, events=0, now=NOW)
    assert list(empty.people()) == list(empty.orders()) == list(empty.events()) == []
    assert list(empty.products())


@pytest.mark.parametrize(
    "values",
    [
        {"now": NOW.replace(tzinfo=None)},
        {"seed": -1},
        {"customers": -1},
        {"events": -1},
        {"customers": 0},
        {"years": 0},
        {"years": float("nan")},
    ],
)
def test_refuses_what_makes_no_shop(values):
    with pytest.raises(ValueError):
        shop.generate(**{"seed": 1, "customers": 5, "events": 5, "now": NOW, "years": 1.0} | values)


def test_products_have_three_names_and_a_price(sample):
    products = list(sample.products())
    assert 38 <= len(products) <= 50
    assert len({row["product.sku"] for row in products}) == len(products)
    for row in products:
        assert all(row.values())
        assert any("\u0e00" <= sign <= "\u0e7f" for sign in row["name_th"])
        assert any("\uac00" <= sign <= "\ud7a3" for sign in row["name_ko"])
