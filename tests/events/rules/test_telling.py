"""A visit in words."""

import pytest

from events.rules import telling


@pytest.mark.parametrize(
    ("touch", "words"),
    [
        (("direct", "", "", ""), ""),
        (("paid", "line", "", "glow"), "LINE ad (glow)"),
        (("search", "", "google.co.th", ""), "a search on Google"),
        (("search", "", "search.naver.com", ""), "a search on NAVER"),
        (("social", "", "l.facebook.com", ""), "Facebook"),
        (("mail", "spring", "", "sale"), "an e-mail (spring, sale)"),
        (("referral", "", "blog.example", ""), "blog.example"),
        (("campaign", "", "", "shelf"), "shelf"),
        (("paid", "", "", "only-name"), "only-name"),
    ],
)
def test_what_brought_somebody_is_said_as_people_say_it(touch, words):
    channel, source, host, campaign = touch
    assert telling.brought(channel=channel, source=source, host=host, campaign=campaign) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (185, "3 min"), (3599, "1 h 0 min"), (3900, "1 h 5 min")],
)
def test_lengths_are_short(seconds, words):
    assert telling.length(seconds) == words


def test_one_page_is_said_once():
    assert telling.sentence(origin="", entry="/a", exit_="/a") == "Came directly · stayed at /a"
    assert telling.sentence(origin="LINE", entry="/", exit_="/cart") == "Came from LINE · began at / · left at /cart"


def test_a_step_says_how_long_a_page_was_looked_at():
    assert (
        telling.step({"kind": "page", "title": "Serum", "path": "/s", "seconds": 70})
        == "Viewed the page “Serum” · 1 min"
    )
    assert telling.step({"kind": "page", "title": "", "path": "/s", "seconds": None}) == "Viewed the page “/s”"
    assert telling.step({"kind": "track", "name": "Signed In", "about": ""}) == "Logged in"
