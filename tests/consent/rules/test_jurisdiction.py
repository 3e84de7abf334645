"""Whose law holds: what was told, else the phone, else the shop's own with that of the language; the strictest of them."""

import datetime as dt

import pytest

from cdp.core.leaving import Outcome
from consent.rules import gate
from consent.rules.gate import Standing, Word
from consent.rules.packs import Basis
from consent.selectors import jurisdiction

BORN = dt.date(2011, 11, 23)  # fourteen on the day after, fifteen a year later
TODAY = dt.date(2026, 11, 22)
YES = Word(True, "given")


@pytest.fixture(autouse=True)
def _shop(settings):
    settings.CDP_JURISDICTION, settings.CDP_SHOP_COUNTRY = "gdpr", "TH"


@pytest.mark.parametrize(
    ("known", "key", "asks_twice"),
    [
        ({"country": "KR"}, "pipa_kr", False),
        ({"country": "KR", "phone_country": "DE", "language": "th"}, "pipa_kr", False),  # what was told decides
        ({"phone_country": "DE", "language": "ko"}, "gdpr", True),  # then the phone
        ({"country": "FR"}, "gdpr", False),
        ({"country": "US", "phone_country": "KR", "language": "ko"}, "gdpr", False),  # no pack of its own: the shop's
        ({"language": "ko"}, "gdpr+pipa_kr", False),  # a language only adds to the shop's own
        ({"language": "th-TH"}, "gdpr+pdpa_th", False),
        ({"language": "de"}, "gdpr", True),
        ({"language": "en"}, "gdpr", False),
        ({"language": "xx"}, "gdpr", False),
        ({}, "gdpr", False),
    ],
)
def test_a_country_then_a_phone_then_the_shop_and_the_language(known, key, asks_twice):
    law = jurisdiction.of_told(**known)
    assert (law.key, law.asks_twice) == (key, asks_twice)


def test_a_shop_in_germany_asks_twice_of_whom_it_knows_no_country(settings):
    settings.CDP_SHOP_COUNTRY = "DE"
    assert jurisdiction.of_told(language="en").asks_twice
    assert not jurisdiction.of_told(country="FR").asks_twice
    assert jurisdiction.of_told(language="en").candidates[0].calendar == ""  # a guess gives the shop no holidays


def test_two_things_told_of_somebody_count_both():
    assert jurisdiction.of_any(countries=["TH", "DE", ""], languages=["ko"]).key == "gdpr+pdpa_th"
    assert jurisdiction.of_any(countries=["", ""], languages=["en", "ko"]).key == "gdpr+pipa_kr"
    assert jurisdiction.of_any(countries=[], languages=[]).key == "gdpr"


def test_of_several_laws_the_strictest_of_each_rule():
    law = jurisdiction.of_told(language="ko")
    assert law.basis("marketing", "post") is Basis.CONSENT  # by the Korean one
    assert law.rests_on_interest("marketing", "post")  # by ours: so it may be objected to
    assert law.label_for("marketing", "sms") == "(광고)"
    assert not law.may_alone("marketing", born=BORN, today=TODAY)  # fourteen: old enough in Korea, not here
    assert law.decides_from(["marketing"], born=BORN) == dt.date(2027, 11, 23)
    assert set(law.guardian_methods) == {"email_reply", "paper", "phone"}
    asked = gate.asks(law, purpose="profiling", channel="any", at=dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC))
    assert (asked.basis, asked.pack.key, asked.of_age.key) == (Basis.CONSENT, "pipa_kr", "gdpr")
    assert jurisdiction.of_told(country="TH").may_alone("marketing", born=BORN, today=TODAY)
    assert not jurisdiction.of_told(country="TH").may_alone("profiling", born=BORN, today=TODAY)


@pytest.mark.parametrize(
    ("known", "at", "until"),
    [
        ({"country": "KR"}, "2026-11-22T12:30", "2026-11-22T23:00"),  # 21:30 in Seoul, until 8:00
        ({"language": "ko"}, "2026-11-22T12:30", "2026-11-22T23:00"),  # nobody knows: the Korean night counts
        ({"language": "en"}, "2026-11-22T12:30", None),
        ({"country": "TH"}, "2026-11-22T12:30", None),
    ],
)
def test_hours_are_quiet_where_a_law_that_may_hold_has_some(known, at, until):
    _is_quiet(jurisdiction.of_told(**known), at, until)


@pytest.mark.parametrize(
    ("country", "at", "until"),
    [
        ("JP", "2026-11-22T12:30", "2026-11-22T23:00"),
        ("VN", "2026-11-22T12:30", None),  # 19:30 in Vietnam, though night in Seoul
        ("VN", "2026-11-22T14:30", "2026-11-23T01:00"),  # and night there until 8:00
        ("US", "2026-11-22T20:00", None),  # afternoon everywhere
        ("US", "2026-11-23T02:30", "2026-11-23T18:00"),  # from New York's night to the morning of Hawaii
        ("DE", "2026-11-22T23:30", None),  # a law of its own, without hours
    ],
)
def test_where_no_pack_is_the_hours_are_those_of_the_country(settings, country, at, until):
    settings.CDP_JURISDICTION = "pipa_kr"
    _is_quiet(jurisdiction.of_told(country=country), at, until)


def _is_quiet(law, at, until):
    moment = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)
    standing = Standing(status="known", words={"marketing": YES})
    decision = gate.decide(standing, law=law, purpose="marketing", channel="sms", at=moment)
    assert decision.outcome is (Outcome.DEFERRED if until else Outcome.ALLOWED)
    assert decision.until == (dt.datetime.fromisoformat(until).replace(tzinfo=dt.UTC) if until else None)
    allowed = Standing(status="known", words={"marketing": YES, "marketing_night": YES})
    assert gate.decide(allowed, law=law, purpose="marketing", channel="sms", at=moment).is_allowed
