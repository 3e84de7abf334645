"""What brought somebody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.rules import touches


@pytest.mark.parametrize(
    ("referrer", "channel", "host"),
    [
        ("https://www.google.com/", "search", "google.com"),
        ("https://www.google.co.th/url?q=x", "search", "google.co.th"),
        ("https://search.naver.com/search.naver?query=x", "search", "search.naver.com"),
        ("https://m.blog.naver.com/x", "social", "m.blog.naver.com"),
        ("https://mail.google.com/mail/u/0", "mail", "mail.google.com"),
        ("https://l.facebook.com/l.php?u=x", "social", "l.facebook.com"),
        ("https://t.co/abc", "social", "t.co"),
        ("android-app://com.google.android.gm/", "mail", "com.google.android.gm"),
        ("https://pantip.com/topic/1", "social", "pantip.com"),
        ("https://notgoogle.example/", "referral", "notgoogle.example"),
        ("https://blog.example:8443/x", "referral", "blog.example"),
    ],
)
def test_a_referrer_is_of_a_kind(referrer, channel, host):
    assert touches.touch(referrer=referrer, page_host="shop.example", campaign={})[:2] == (channel, host)


@pytest.mark.parametrize(
    "referrer",
    [
        "",
        "https://shop.example/a",
        "https://www.shop.example/",
        "https://pay.shop.example/",
        "https://checkout.stripe.com/x",
        "::",
    ],
)
def test_nobody_is_brought_by_the_site_itself_or_by_a_till(referrer):
    assert touches.touch(referrer=referrer, page_host="shop.example", campaign={}) is None


@pytest.mark.parametrize(
    ("medium", "source", "channel"),
    [
        ("cpc", "line", "paid"),
        ("paid-social", "facebook", "paid"),
        ("Email", "spring", "mail"),
        ("message", "line", "message"),
        ("", "line", "message"),
        ("social", "instagram", "social"),
        ("qr", "shelf", "campaign"),
        ("affiliate", "blog", "referral"),
    ],
)
def test_a_campaign_is_of_a_kind(medium, source, channel):
    campaign = {"source": source, "medium": medium, "name": "n", "term": "t", "content": "c"}
    found = touches.touch(referrer="https://lin.ee/x", page_host="shop.example", campaign=campaign)
    assert found == (channel, "lin.ee", source, medium, "n", "t", "c")


@given(st.text(), st.text(), st.dictionaries(st.sampled_from(["source", "medium", "name", "other"]), st.text()))
def test_nothing_a_browser_says_breaks_it(referrer, host, campaign):
    found = touches.touch(referrer=referrer, page_host=host, campaign=campaign)
    assert found is None or max(map(len, found)) <= touches.LONGEST_HOST
