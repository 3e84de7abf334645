import collections
import datetime as dt
import itertools
import json
import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.sample import shop

NOW = dt.datetime(2026, 11, 21, 14, 0, tzinfo=dt.UTC)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@settings(deadline=None, max_examples=25)
@given(customers=st.integers(min_value=1, max_value=200), events=st.integers(min_value=0, max_value=1_500))
def test_there_are_exactly_as_many_as_asked_for(customers, events):
    sample = shop.generate(seed=11, customers=customers, events=events, now=NOW)
    assert sum(1 for _ in sample.events()) == events


def test_message_ids_are_unique(events):
    assert len({event["messageId"] for event in events}) == len(events)


def test_events_are_segment_calls(events, people):
    ids = {row["customer.external_id"] for row in people}
    for event in events:
        assert event["type"] in {"track", "page", "identify"}
        assert event["anonymousId"]
        assert MOMENT.fullmatch(event["timestamp"])
        assert event.get("userId", "C000001") in ids
        assert event["context"]["userAgent"]
        if event["type"] == "track":
            assert event["event"]
            assert isinstance(event["properties"], dict)
        elif event["type"] == "page":
            assert event["properties"]["url"].startswith("https://shop.example.com/")
        else:
            assert event["userId"]
            assert event["traits"]["createdAt"]
        assert len(json.dumps(event)) < 32_000


def test_events_lie_in_the_history(events, sample):
    for event in events:
        at = dt.datetime.fromisoformat(event["timestamp"])
        assert at <= sample.now
        assert (sample.now - at).days < sample.years * 366 + 10


def test_events_of_a_row_follow_their_times(sample):
    for index in range(200):
        times = [event["timestamp"] for event in sample.events(index, index + 1)]
        assert times == sorted(times)


def test_nobody_is_known_before_signing_up(events, people):
    since = {row["customer.external_id"]: dt.datetime.fromisoformat(row["customer.created_at"]) for row in people}
    for event in events:
        if "userId" in event:
            assert dt.datetime.fromisoformat(event["timestamp"]) >= since[event["userId"]]


def test_some_visitors_never_say_who_they_are(events):
    known = {event["anonymousId"] for event in events if "userId" in event}
    strangers = {event["anonymousId"] for event in events} - known
    assert len(strangers) > 100


def test_the_checkout_narrows(events):
    count = collections.Counter(event.get("event") for event in events)
    steps = ["Product Viewed", "Product Added", "Checkout Started", "Order Completed"]
    assert all(count[wide] > count[narrow] for wide, narrow in itertools.pairwise(steps))
    assert count["Order Completed"] > 100
    assert count["Signed In"] > 100


def test_every_completed_order_is_one_of_the_orders(events, lines):
    orders = {row["order.external_id"]: row for row in lines}
    for event in events:
        if event.get("event") == "Order Completed":
            properties = event["properties"]
            order = orders[properties["order_id"]]
            assert Decimal(str(properties["total"])) == Decimal(order["order.total"])
            assert properties["currency"] == order["order.currency"]
            assert event["userId"] == order["customer.external_id"]
            placed = dt.datetime.fromisoformat(order["order.placed_at"])
            assert abs(dt.datetime.fromisoformat(event["timestamp"]) - placed) < dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    "name", ["Products Searched", "Product Added to Wishlist", "Product Shared", "Coupon Applied", "Signed Up"]
)
def test_rarer_things_happen_too(events, name):
    assert any(event.get("event") == name for event in events)


def test_identify_tells_only_reserved_addresses(events):
    told = [event["traits"]["email"] for event in events if event["type"] == "identify" and "email" in event["traits"]]
    assert told
    assert all(re.search(r"[@.]example\.(com|net|org)$", email) for email in told)
