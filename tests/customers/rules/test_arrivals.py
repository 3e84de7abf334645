"""Of an address only what names a place or a campaign is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules import arrivals


def test_place_and_campaign_are_read():
    given_ = {"src": "QR-Counter", "utm_source": "line", "utm_campaign": "ลดหน้าร้อน 2026", "utm_medium": " social "}
    found = arrivals.read(given_)
    assert found.place == "qr-counter"
    assert found.campaign == {"source": "line", "campaign": "ลดหน้าร้อน 2026", "medium": "social"}
    assert found.query["src"] == "qr-counter"


@pytest.mark.parametrize("value", ["ann@example.com", "0812345678", "+66 81 234 5678", "<b>", "x" * 81, "\x00"])
def test_what_may_name_a_person_is_left_out(value):
    found = arrivals.read({"src": value, **{f"utm_{name}": value for name in arrivals.CAMPAIGN}})
    assert found == arrivals.Origin()


@given(st.dictionaries(st.sampled_from(["src", "utm_source", "utm_campaign"]), st.text()))
def test_what_is_kept_reads_as_the_same_again(given_):
    found = arrivals.read(given_)
    assert arrivals.read(found.query) == found
