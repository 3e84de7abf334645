"""Without consent to measure an event is kept without a person, or refused and forgotten, as its source says."""

import pytest
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import Source
from consent.services import grants
from customers.models import Customer, Status
from customers.services import buckets
from events.models import Event, InboxRow, RejectedEvent, SourceHour
from events.selectors import figures
from events.services import draining

NO = {"consent": {"categoryPreferences": {"measurement": False}}}
YES = {"consent": {"categoryPreferences": {"measurement": True}}}
VIEW = {"type": "page", "anonymousId": "visitor-1", "name": "Geheimnis"}


@pytest.fixture
def refusing(caller):
    buckets.ensure()
    Source.objects.filter(id=caller.source.id).update(without_consent="refuse")
    return caller


def drain():
    return draining.drain(now=timezone.now())


def sums():
    return figures.by_source(since=timezone.now() - timezone.timedelta(hours=2))[0]


def test_refused_events_are_named_counted_and_forgotten(refusing):
    answer = refusing.send({**VIEW, "messageId": "m1", "context": NO}, {**VIEW, "context": YES})
    assert (answer.status, answer.body["accepted"]) == (200, 1)
    (refused,) = answer.body["rejected"]
    assert (refused["index"], refused["messageId"], refused["code"]) == (0, "m1", "no_consent")
    assert (InboxRow.objects.get().unconsented, RejectedEvent.objects.count()) == (1, 0)
    assert (sums().sent, sums().unconsented, sums().waiting) == (2, 1, 1)
    drain()
    assert (sums().sent, sums().unconsented, sums().stored, sums().rejected) == (2, 1, 1, 0)
    assert Event.objects.get().customer_id == Customer.objects.get(status=Status.ANONYMOUS).id


def test_a_broken_event_that_nobody_allowed_is_not_kept_to_be_mended(refusing):
    answer = refusing.send({"type": "page", "context": NO}, context=None)
    assert [one["code"] for one in answer.body["rejected"]] == ["no_consent"]
    assert not RejectedEvent.objects.exists()


def test_the_word_of_the_batch_counts_for_its_events(refusing):
    assert refusing.send(VIEW, context=NO).body["accepted"] == 0
    assert refusing.send({**VIEW, "context": YES}, context=NO).body["accepted"] == 1


def test_the_signal_of_a_browser_is_a_no_and_the_visitors_own_word_goes_before_it(refusing):
    basic = {"Authorization": refusing.basic(), "Sec_GPC": "1"}
    assert refusing("/v1/batch", {"batch": [VIEW]}, **basic).body["accepted"] == 0
    assert refusing("/v1/batch", {"batch": [{**VIEW, "context": YES}]}, **basic).body["accepted"] == 1


def test_silence_is_a_no_where_the_source_must_ask(refusing):
    assert refusing.send(VIEW).body["accepted"] == 1
    Source.objects.filter(id=refusing.source.id).update(consent_mode="require")
    refusing.door._keys.forget()
    assert refusing.send(VIEW).body["accepted"] == 0


def test_what_waits_when_a_source_begins_to_refuse_is_dropped_and_counted(caller):
    buckets.ensure()
    caller.send({**VIEW, "context": NO}, VIEW)
    Source.objects.filter(id=caller.source.id).update(without_consent="refuse")
    done = drain()
    assert (done.stored, done.unconsented, done.refused) == (1, 1, 0)
    assert not RejectedEvent.objects.exists()
    row = SourceHour.objects.get()
    assert (row.stored, row.rejected, row.unconsented) == (1, 0, 1)


def test_elsewhere_it_is_kept_without_a_person(caller):
    buckets.ensure()
    caller.send({**VIEW, "context": NO})
    drain()
    event = Event.objects.get()
    assert event.customer_id in buckets.IDS
    assert event.resolved_by is None
    assert not Customer.objects.filter(status=Status.ANONYMOUS).exists()


def test_a_robot_is_stored_counted_and_nobody(caller):
    buckets.ensure()
    agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    basic = {"Authorization": caller.basic()}
    caller("/v1/batch", {"batch": [VIEW]}, User_Agent=agent, **basic)
    caller("/v1/batch", {"batch": [{**VIEW, "context": {"automated": True}}]}, User_Agent="Mozilla/5.0", **basic)
    drain()
    assert set(Event.objects.values_list("is_visit", flat=True)) == {False}
    assert (sums().stored, sums().bots) == (2, 2)
    assert not Customer.objects.filter(status=Status.ANONYMOUS).exists()


def test_addresses_lose_what_people_typed_and_the_campaign_stays(caller):
    buckets.ensure()
    page = {
        "path": "/s",
        "url": "https://shop.example/s?q=secret&utm_source=line&utm_medium=cpc#x",
        "search": "?q=secret",
    }
    caller.send(
        {"type": "page", "userId": "u1", "properties": page, "context": {"page": page}},
        {"type": "track", "event": "Clicked", "userId": "u1", "context": {"page": page}},
    )
    drain()
    for event in Event.objects.all():
        assert "secret" not in str(event.properties)
        assert event.properties["$context"]["campaign"] == {"source": "line", "medium": "cpc"}
        assert event.sealed is not None


def test_who_refuses_by_any_door_is_measured_by_none(caller):
    buckets.ensure()
    caller.send({"type": "identify", "userId": "u-1", "traits": {"email": "ann@example.com"}})
    drain()
    ann = Customer.objects.get(status=Status.KNOWN)
    at = timezone.now()
    say = {"customer": ann.id, "purpose": "measurement", "channel": "any", "actor": actors.CUSTOMER, "method": "api"}
    grants.record(**say, granted=False, at=at, source="shop")
    seen = [{"type": "page", "userId": "u-1"}, {"type": "track", "userId": "u-1", "event": "Product Viewed"}]
    caller.send(*seen, {"type": "track", "userId": "u-1", "event": "Order Completed"})
    drain()
    assert set(Event.objects.filter(customer=ann).values_list("kind", "name")) == {
        ("identify", "Identify"),
        ("track", "Order Completed"),  # the contract's
    }
    assert Event.objects.exclude(customer=ann).filter(customer__status=Status.BUCKET).count() == 2
    grants.record(**say, granted=True, at=at + timezone.timedelta(seconds=1), source="shop")
    caller.send(seen[0])
    drain()
    assert Event.objects.filter(customer=ann, kind="page").count() == 1
