"""Clocks of stores and platforms: taken at their word, unless they run ahead."""

import datetime as dt

import pytest

from commerce.hooks import reading
from commerce.hooks.facebook import leads as facebook
from commerce.hooks.line import chats
from commerce.hooks.linkedin import leads as linkedin
from commerce.hooks.shopify import carts, catalogue, people

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
TELLING = reading.Telling("shop", NOW, NOW)
AHEAD = dt.datetime(2036, 11, 22, tzinfo=dt.UTC)
TEXT, SECONDS = AHEAD.isoformat(), int(AHEAD.timestamp())
FORM = {"field_data": [{"name": "email", "values": ["a@example.com"]}]}
ANSWERS = {"formResponse": {"answers": [{"questionId": 1, "answerDetails": {"textQuestionAnswer": {"answer": "a"}}}]}}
SAID = {"state": "subscribed", "consent_updated_at": TEXT}


@pytest.mark.parametrize(
    ("reader", "body"),
    [
        (facebook.told, {"id": "1", "created_time": TEXT, **FORM}),
        (facebook.told, {"id": "1", "created_time": SECONDS, **FORM}),
        (linkedin.told, {"id": "1", "submittedAt": SECONDS * 1000, **ANSWERS}),
        (chats.followed, {"source": {"userId": "U" + "0" * 32}, "timestamp": SECONDS * 1000}),
        (people.told, {"id": 1, "updated_at": TEXT, "email_marketing_consent": SAID}),
        (catalogue.told, {"id": 1, "updated_at": TEXT}),
    ],
)
def test_a_clock_that_runs_ahead_tells_of_the_moment_it_was_heard(reader, body):
    told = reader(body, TELLING)
    assert told
    for fact in told:
        assert fact.at == NOW + reading.LITTLE
        assert all(said.at == NOW + reading.LITTLE for said in getattr(fact, "consents", ()))


def test_a_cart_of_a_clock_that_runs_ahead_is_not_newer_than_its_next_telling():
    (first,) = carts.cart({"token": "t", "updated_at": TEXT}, TELLING)
    later = reading.Telling("shop", NOW + dt.timedelta(seconds=1), NOW)
    (second,) = carts.cart({"token": "t", "updated_at": TEXT}, later)
    assert first.cart.at < second.cart.at


@pytest.mark.parametrize("off", [dt.timedelta(days=-400), dt.timedelta(0), reading.LITTLE])
def test_any_other_clock_is_taken_at_its_word(off):
    assert reading.moment({"at": (NOW + off).isoformat()}, "at", TELLING) == NOW + off
    assert reading.placed({"at": (NOW + off).isoformat()}, "at", TELLING) == (NOW + off, False)
