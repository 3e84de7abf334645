"""What a visitor says of being measured stands at the person once they are known, with source and time."""

import datetime as dt

import pytest

from cdp.core import actors
from consent.models import ConsentRecord, ConsentState
from consent.services import grants
from customers.models import Customer, Identifier, Status
from customers.selectors import identifiers
from customers.services import buckets
from events.models import Event
from events.services import draining
from tests import factories
from tests.events.services.test_draining import NOW, put

LATER = NOW + dt.timedelta(minutes=5)


def say(word):
    return {"consent": {"categoryPreferences": {"measurement": word}}}


def page(word, at=NOW, **ids):
    return {"type": "page", "name": "Home", "timestamp": at.isoformat(), "context": say(word), **ids}


def identify(word, user="u1", at=NOW, **fields):
    told = {"type": "identify", "userId": user, "traits": {"email": f"{user}@example.com"}, "context": say(word)}
    return told | {"timestamp": at.isoformat()} | fields


def drain():
    draining.drain(now=LATER)


def states():
    return list(ConsentState.objects.order_by("at").values_list("purpose", "channel", "is_granted"))


@pytest.fixture
def source(db):
    buckets.ensure()
    return factories.source("web-shop")


def test_a_yes_stands_at_the_person_when_the_visitor_becomes_known(source):
    put(source, page(True, anonymousId="dev-1"))
    drain()
    assert states() == []  # nobody knows who that is yet
    put(source, identify(True, at=NOW, anonymousId="dev-1", messageId="said-so"), page(True, anonymousId="dev-1"))
    drain()
    record = ConsentRecord.objects.get()
    assert record.customer_id == Customer.objects.get(status=Status.KNOWN).id
    assert (record.purpose, record.channel, record.status) == ("measurement", "any", "given")
    assert (record.at, record.source, record.method) == (NOW, "web-shop", "tracking")
    assert b"said-so" not in bytes(record.evidence)


def test_the_same_word_again_writes_nothing_and_another_one_does(source):
    for minute, word in enumerate([True, True, False, False, True]):
        put(source, identify(word, at=NOW + dt.timedelta(minutes=minute)))
        drain()
    assert list(ConsentRecord.objects.order_by("at").values_list("status", flat=True)) == [
        "given",
        "withdrawn",
        "given",
    ]
    assert states() == [("measurement", "any", True)]


def test_several_words_of_one_batch_come_to_the_last_by_their_time(source):
    put(source, identify(True), identify(False, at=LATER), identify(True, at=NOW + dt.timedelta(minutes=1)))
    drain()
    assert states() == [("measurement", "any", False)]


@pytest.mark.parametrize("ids", [{"userId": "u1"}, {"anonymousId": "dev-1"}])
def test_a_no_is_the_word_of_whom_the_ids_stand_for_and_the_event_is_nobodys(source, ids):
    put(source, identify(True, anonymousId="dev-1"))
    drain()
    put(source, page(False, at=LATER, **ids))
    drain()
    assert states() == [("measurement", "any", False)]
    assert Customer.objects.filter(status=Status.KNOWN).count() == 1


def test_a_no_on_a_shared_browser_is_the_word_of_whom_the_call_names_and_of_nobody_else(source):
    put(source, identify(None, user="ann", anonymousId="dev-1"), identify(None, user="bob"))
    drain()
    put(source, page(False, userId="bob", anonymousId="dev-1"), page(False, userId="who", anonymousId="dev-1"))
    drain()
    bob = Identifier.objects.get(digest=identifiers.digest("external_id", "bob", source.key)).customer_id
    assert list(ConsentRecord.objects.values_list("customer_id", "status")) == [(bob, "denied")]
    put(source, page(False, userId="null", anonymousId="dev-1"))  # no name at all: the browser is Ann's
    drain()
    assert ConsentRecord.objects.exclude(customer_id=bob).count() == 1


def test_a_no_of_a_stranger_makes_nobody(source):
    put(source, page(False, userId="who", anonymousId="dev-9"))
    drain()
    assert (states(), Customer.objects.filter(status__in=[Status.KNOWN, Status.ANONYMOUS]).count()) == ([], 0)


def test_a_yes_of_a_website_takes_back_no_no_that_was_said_elsewhere(source):
    ann = factories.customer(email="u1@example.com", name="Ann")
    grants.record(
        customer=ann.id,
        purpose="measurement",
        channel="any",
        granted=False,
        at=NOW - dt.timedelta(days=1),
        source="staff",
        method="staff",
        actor=actors.SYSTEM,
        now=NOW,
    )
    put(source, identify(True))
    drain()
    assert states() == [("measurement", "any", False)]


def test_a_child_allows_nothing_alone(source):
    put(source, identify(True, traits={"email": "kid@example.com", "birthday": "2019-05-05"}))
    drain()
    assert states() == []


def test_calls_without_a_word_tell_nothing(source):
    put(source, {"type": "identify", "userId": "u1", "traits": {"email": "u1@example.com"}})
    drain()
    assert states() == []


def test_nothing_is_kept_of_visits_to_where_questionnaires_are_answered(source, settings):
    settings.CDP_BASE_URL = "https://crm.example.com"
    there, shop = "https://crm.example.com/s/quiet/", "https://shop.example/s/quiet/"
    views = [
        {"type": "page", "anonymousId": "a1", "properties": {"url": there}},
        {"type": "track", "event": "Page Engaged", "anonymousId": "a1", "context": {"page": {"url": there}}},
        {
            "type": "track",
            "event": "Link Clicked",
            "anonymousId": "a1",
            "properties": {"host": "crm.example.com", "path": "/s/quiet/"},
        },
        {"type": "page", "anonymousId": "a1", "properties": {"url": shop}},
    ]
    put(source, *views)
    drain()
    assert [event.properties["url"] for event in Event.objects.all()] == [shop]
