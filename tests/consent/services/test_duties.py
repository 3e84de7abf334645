"""What Korean law wants people told: what was noted of their word within days, and every two years that it holds."""

import datetime as dt

import pytest

from cdp.core import actors, outbox
from cdp.core.models import Notice
from consent.models import Confirmation, ConsentState
from consent.services import duties
from customers.services import merging
from tests import factories

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.CDP_VAR, settings.EMAIL_URL = tmp_path, "file:"
    return tmp_path / "outbox"


def korean(name="minji", **more):
    raw = {"email": f"{name}@example.com", "country": "KR", "language": "ko", **more}
    return factories.customer(now=NOW - 900 * DAY, **raw)


def texts(files):
    import email
    import email.policy

    outbox.send_due(now=NOW)
    found = []
    for path in sorted(files.glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found.append((message["Subject"], message.get_body(("plain",)).get_content()))
    return found


def test_who_allowed_or_refused_is_told_once_what_was_noted_with_sender_day_and_way_out(files):
    minji = korean()
    factories.consent(minji, at=NOW - DAY)
    factories.consent(minji, channel="sms", granted=False, at=NOW - DAY)
    factories.consent(minji, purpose="profiling", channel="any", at=NOW - DAY)  # no advertising
    assert duties.tell_results(now=NOW) == 1
    assert duties.tell_results(now=NOW + DAY) == 0
    ((subject, text),) = texts(files)
    assert "Mali & Co." in subject
    assert text.count("2026") == 2
    assert "/preferences/" in text
    assert Confirmation.objects.filter(kind="result").count() == 2


def test_what_was_said_a_moment_ago_waits_for_the_rest_of_the_form():
    factories.consent(korean(), at=NOW)
    assert duties.tell_results(now=NOW + dt.timedelta(minutes=5)) == 0
    assert duties.tell_results(now=NOW + dt.timedelta(minutes=11)) == 1


@pytest.mark.parametrize("country", ["TH", "DE", ""])
def test_only_people_of_that_law_are_told(country):
    person = factories.customer(email="a@example.com", **({"country": country} if country else {}))
    factories.consent(person, at=NOW - 800 * DAY)
    factories.consent(person, channel="sms", at=NOW - DAY)
    assert (duties.tell_results(now=NOW), duties.tell_still(now=NOW)) == (0, 0)


def test_a_korean_shop_tells_those_whose_country_nobody_knows(settings):
    settings.CDP_JURISDICTION = "pipa_kr"
    factories.consent(factories.customer(email="a@example.com"), at=NOW - DAY)
    assert duties.tell_results(now=NOW) == 1


def test_who_was_merged_before_they_were_told_is_told_as_who_they_are_now():
    one, two, three = korean("one"), korean("two"), korean("three", country="TH")
    factories.consent(one, at=NOW - DAY)
    assert duties.tell_results(now=NOW) == 1  # and not again after the merge
    factories.consent(two, channel="sms", granted=False, at=NOW - DAY)
    factories.consent(three, channel="line", at=NOW - DAY)  # of a law that asks for none, until they turn out Korean
    for absorbed, survivor in ((two, three), (three, one)):
        merging.merge(
            survivor=survivor.id, absorbed=absorbed.id, reason="steward", actor=actors.SYSTEM, at=NOW + DAY / 24
        )
    assert duties.tell_results(now=NOW + DAY / 12) == 1
    assert {notice.customer_id for notice in Notice.objects.all()} == {one.id}
    assert Confirmation.objects.filter(kind="result", customer=one).count() == 3
    assert duties.tell_results(now=NOW + DAY / 12) == 0


def test_after_two_years_somebody_is_reminded_once_and_silence_keeps_it(files):
    minji, jun = korean(), korean("jun")
    factories.consent(minji, at=dt.datetime(2024, 11, 20, 4, 0, tzinfo=dt.UTC))
    factories.consent(jun, at=dt.datetime(2024, 11, 20, 6, 0, tzinfo=dt.UTC))  # an hour too early
    assert duties.tell_still(now=NOW) == 1
    assert duties.tell_still(now=NOW) == 0
    assert Notice.objects.get().customer_id == minji.id
    assert ConsentState.objects.get(customer=minji).is_granted
    ((_subject, text),) = texts(files)
    assert "2024" in text
    assert duties.tell_still(now=NOW + DAY) == 1  # Jun, a day later
    assert duties.tell_still(now=NOW + 732 * DAY) == 2  # two more years on


def test_who_took_it_back_is_not_reminded_and_who_cannot_be_reached_is_noted():
    gone, silent = korean(), factories.customer(country="KR")
    factories.consent(gone, at=NOW - 900 * DAY)
    factories.consent(gone, granted=False, at=NOW - 800 * DAY)
    factories.consent(silent, at=NOW - 900 * DAY)
    assert duties.tell_still(now=NOW) == 0
    assert [(one.customer_id, one.notice_id) for one in Confirmation.objects.all()] == [(silent.id, None)]


def test_pages_end_with_whole_people():
    people = [korean(f"p{number}") for number in range(4)]
    for person in people:
        for channel in ("email", "sms", "line"):
            factories.consent(person, channel=channel, at=NOW - 900 * DAY)
    assert duties.tell_still(now=NOW, page=4) == 4
    assert Notice.objects.count() == 4
    assert Confirmation.objects.count() == 12
