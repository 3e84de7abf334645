"""The inbox becomes facts: once, with the right people, counted."""

import datetime as dt
import json

import pytest

from cdp.core.crypto import subjects
from customers.models import Company, CompanyLink, ContactPoint, Customer, Identifier, Status
from customers.services import buckets
from events.models import Event, InboxRow, MessageKey, RejectedEvent, SourceHour
from events.services import draining, inbox, recording
from tests import factories
from tests.events.services.requests_waiting import NOW, VIEW, drain, poison, put

pytestmark = pytest.mark.django_db


def test_events_become_facts_of_the_people_they_name(source):
    put(source, VIEW, {"type": "identify", "userId": "u1", "traits": {"email": "Mali@Example.com", "firstName": "มะลิ"}})
    done = drain()
    assert (done.stored, done.duplicates, done.refused) == (2, 0, 0)
    who = Customer.objects.get(status=Status.KNOWN)
    view = Event.objects.get(kind="track")
    assert (view.customer_id, view.name, view.properties) == (who.id, "Product Viewed", {"sku": "A-1"})
    assert {row.kind for row in Identifier.objects.filter(customer_id=who.id)} == {"external_id", "email"}
    assert not InboxRow.objects.exists()
    assert Identifier.objects.filter(digest=view.resolved_by, customer_id=who.id).exists()


def test_an_empty_inbox_is_no_work(source):
    assert drain() == draining.Drained()


def test_a_message_is_stored_once_whatever_its_batch(source):
    once = {**VIEW, "messageId": "m1"}
    put(source, once, once, VIEW)
    put(source, once)
    assert (drain().stored, Event.objects.count()) == (2, 2)
    put(source, once)
    done = drain()
    assert (done.stored, done.duplicates) == (0, 1)
    counted = SourceHour.objects.get()
    assert (counted.stored, counted.duplicates, counted.rejected) == (2, 3, 0)


def test_the_same_message_of_another_source_is_another_message(source):
    once = {**VIEW, "messageId": "m1"}
    put(source, once)
    put(factories.source("app"), once)
    assert drain().stored == 2


def test_a_message_is_new_again_after_thirty_days(source):
    once = {**VIEW, "messageId": "m1"}
    put(source, once)
    drain()
    MessageKey.objects.update(seen_on=NOW.date() - dt.timedelta(days=30))
    put(source, once)
    assert drain().duplicates == 1
    MessageKey.objects.update(seen_on=NOW.date() - dt.timedelta(days=31))
    put(source, once)
    assert drain().stored == 1


def test_what_was_sent_adds_up(source):
    put(source, VIEW, {**VIEW, "messageId": "m"}, {"type": "track"}, {"type": "nonsense", "userId": "u"})
    put(source, {**VIEW, "messageId": "m"}, at=NOW - dt.timedelta(hours=2))
    drain()
    hours = list(SourceHour.objects.order_by("hour").values_list("stored", "duplicates", "rejected"))
    assert sum(map(sum, hours)) == 5
    assert len(hours) == 2


def test_a_visitor_is_one_customer_until_somebody_says_who_it_is(source):
    put(source, {"type": "page", "anonymousId": "anon-1"}, {"type": "page", "anonymousId": "anon-1"})
    drain()
    visitor = Customer.objects.get(status=Status.ANONYMOUS)
    assert set(Event.objects.values_list("customer_id", flat=True)) == {visitor.id}
    put(source, {"type": "identify", "userId": "u1", "anonymousId": "anon-1", "traits": {"email": "a@example.com"}})
    put(source, {"type": "page", "anonymousId": "anon-1"})
    drain()
    person = Customer.objects.get(status=Status.KNOWN)
    visitor.refresh_from_db()
    assert (visitor.status, visitor.merged_into) == (Status.MERGED, person.id)
    assert Event.objects.filter(customer_id=person.id).count() == 4, "what it did before belongs to the person now"


def test_a_batch_ends_before_too_many_visitors_turn_out_to_be_somebody(source, monkeypatch):
    monkeypatch.setattr(draining, "JOINS", 2)
    put(source, *({"type": "page", "anonymousId": f"anon-{n}"} for n in range(7)))
    assert drain().is_whole, "nobody is joined yet"
    nameless = {"messageId": None}  # named by its place in the request
    put(source, VIEW)
    put(
        source,
        {"type": "track"},
        *({**VIEW, **nameless, "userId": f"p{n}", "anonymousId": f"anon-{n}"} for n in range(3)),
        {**VIEW, **nameless, "userId": "p2", "anonymousId": "anon-2"},
        *({**VIEW, **nameless, "userId": f"p{n}", "anonymousId": f"anon-{n}"} for n in range(3, 5)),
    )
    for n in range(5, 7):
        put(source, {**VIEW, "userId": f"p{n}", "anonymousId": f"anon-{n}"})
    rounds = []
    while (done := drain()).rows:
        rounds.append((done.rows, done.stored, done.duplicates, done.refused, done.is_whole))
        merged = Customer.objects.filter(status=Status.MERGED).count()
        assert merged <= 2 * len(rounds)
        waiting = sum(InboxRow.objects.values_list("accepted", flat=True))
        assert sum(one[1] for one in rounds) + waiting == 9
    assert rounds == [(2, 3, 0, 1, False), (1, 3, 0, 0, False), (2, 2, 0, 0, False), (1, 1, 0, 0, True)]
    assert not Customer.objects.filter(status=Status.ANONYMOUS).exists()
    hours = SourceHour.objects.get()
    assert (hours.stored, hours.duplicates, hours.rejected) == (16, 0, 1)
    assert Event.objects.filter(kind="track").count() == 9


def test_a_batch_ends_before_too_many_people_turn_out_to_be_one(source, monkeypatch):
    monkeypatch.setattr(draining, "JOINS", 2)
    put(source, *({"type": "identify", "userId": f"u{n}"} for n in range(5)))
    emails = [{"type": "identify", "anonymousId": f"d{n}", "traits": {"email": f"{n}@example.com"}} for n in range(5)]
    put(source, *emails)
    drain()
    drain()
    assert Customer.objects.filter(status=Status.KNOWN).count() == 10
    put(source, *({**one, "anonymousId": "", "userId": f"u{n}"} for n, one in enumerate(emails)))
    put(source, {"type": "identify", "userId": "u0", "traits": {"email": "0@example.com"}})  # one already
    rounds = []
    while (done := drain()).rows:
        rounds.append(done.stored)
    assert rounds == [2, 2, 2]
    assert Customer.objects.filter(status=Status.KNOWN).count() == 5


def test_a_shared_device_takes_nobody_over(source):
    put(source, {**VIEW, "userId": "u1", "anonymousId": "anon-1"}, {**VIEW, "userId": "u2", "anonymousId": "anon-1"})
    drain()
    assert Customer.objects.filter(status=Status.KNOWN).count() == 2
    assert not Customer.objects.filter(status=Status.MERGED).exists()


def test_an_alias_joins_the_visitor(source):
    put(source, {"type": "page", "anonymousId": "anon-1"})
    put(source, {"type": "alias", "userId": "u1", "previousId": "anon-1"})
    drain()
    person = Customer.objects.get(status=Status.KNOWN)
    assert Customer.objects.filter(status=Status.MERGED, merged_into=person.id).count() <= 1
    put(source, {"type": "page", "anonymousId": "anon-1"})
    drain()
    assert Event.objects.filter(customer_id=person.id, kind="page").exists()


@pytest.mark.parametrize("user", ["null", "0", "guest", "undefined"])
def test_an_id_that_stands_for_nobody_makes_nobody(source, user):
    put(source, {**VIEW, "userId": user})
    drain()
    assert Event.objects.get().customer_id in buckets.IDS


def test_without_permission_to_measure_an_event_has_no_person(source):
    no = {"consent": {"categoryPreferences": {"Analytics": False}}}
    yes = {"consent": {"categoryPreferences": {"Analytics": True}}}
    put(
        source,
        {**VIEW, "context": no},
        {"type": "identify", "userId": "u9", "traits": {"email": "x@example.com"}, "context": no},
    )
    put(source, {**VIEW, "userId": "u2"}, sender=inbox.Sender(privacy_signal=True))
    put(source, {**VIEW, "userId": "u3", "context": yes}, sender=inbox.Sender(privacy_signal=True))
    drain()
    assert Customer.objects.filter(status=Status.KNOWN).count() == 1
    assert Event.objects.filter(customer_id__in=buckets.IDS).count() == 3
    assert all(event.sealed is None for event in Event.objects.filter(customer_id__in=buckets.IDS))


def test_a_source_may_demand_a_word_of_consent(source):
    source.consent_mode = "require"
    source.save(update_fields=["consent_mode"])
    put(source, VIEW)
    drain()
    assert Event.objects.get().customer_id in buckets.IDS


def test_what_is_personal_is_sealed_with_the_event(source):
    put(
        source,
        {
            **VIEW,
            "properties": {
                "sku": "A-1",
                "email": "mali@example.com",
                "url": "https://shop.example/?e=mali@example.com",
            },
        },
    )
    drain()
    event = Event.objects.get()
    assert event.properties == {"sku": "A-1"}
    keyring = subjects.load([event.customer_id])
    opened = keyring.open(event.sealed, table="events_event", column="sealed", row=event.id)
    assert json.loads(opened)["properties"]["email"] == "mali@example.com"
    assert b"mali" not in bytes(event.sealed)


def test_a_name_that_is_somebodys_address_is_sealed_with_the_event(source):
    put(source, {"type": "page", "userId": "u1", "properties": {"title": "Order for mali@example.com"}})
    drain()
    event = Event.objects.get()
    assert (event.name, event.properties) == ("Page", {})
    opened = subjects.load([event.customer_id]).open(event.sealed, table="events_event", column="sealed", row=event.id)
    assert json.loads(opened)["name"] == "Order for mali@example.com"


def test_a_clock_that_is_ten_years_off_is_put_right(source):
    put(source, {**VIEW, "timestamp": "2016-11-22T11:30:00Z"}, sent_at="2016-11-22T12:30:00Z")
    drain()
    assert Event.objects.get().occurred_at == NOW - dt.timedelta(hours=1)


def test_old_events_lie_in_the_partition_of_their_month(source):
    put(source, {**VIEW, "timestamp": "2011-05-05T00:00:00Z"})
    drain()
    assert Event.objects.get().occurred_at.year == 2011


def test_the_later_word_about_a_person_holds_whichever_came_first(source):
    put(
        source,
        {"type": "identify", "userId": "u1", "traits": {"gender": "female"}, "timestamp": "2026-11-22T10:00:00Z"},
    )
    put(source, {"type": "identify", "userId": "u1", "traits": {"gender": "male"}, "timestamp": "2026-11-21T10:00:00Z"})
    drain()
    assert Customer.objects.get(status=Status.KNOWN).gender == "female"


def test_a_request_that_cannot_be_digested_goes_to_the_quarantine_and_stops_nobody(source, monkeypatch):
    poison(monkeypatch)
    for _ in range(5):
        put(source, VIEW)
    put(source, {**VIEW, "event": "Poison"})
    put(source, VIEW)
    done = drain()
    assert (done.rows, done.stored, done.refused) == (7, 6, 1), "one drain finds the one at fault"
    assert RejectedEvent.objects.get().code == "indigestible"
    assert not InboxRow.objects.exists()
    counted = SourceHour.objects.get()
    assert (counted.stored, counted.rejected) == (6, 1)


@pytest.mark.parametrize("bad", [{0}, {3}, {5}, {1, 4}, set(range(6))])
def test_of_one_request_only_the_events_at_fault_go_to_the_quarantine(source, monkeypatch, bad):
    poison(monkeypatch)
    events = [{**VIEW, "event": "Poison" if place in bad else f"Fine {place}"} for place in range(6)]
    put(source, *events)
    put(source, VIEW)
    drain()
    fine = {f"Fine {place}" for place in range(6)} - {f"Fine {place}" for place in bad}
    assert set(Event.objects.values_list("name", flat=True)) == fine | {VIEW["event"]}
    assert (RejectedEvent.objects.count(), InboxRow.objects.count()) == (len(bad), 0)
    counted = SourceHour.objects.get()
    assert (counted.stored, counted.rejected) == (7 - len(bad), len(bad))


def test_good_events_among_many_at_fault_are_all_stored(source, monkeypatch):
    asked = poison(monkeypatch)
    monkeypatch.setattr(draining, "TRIES", 3)
    places = range(60)
    put(source, *({**VIEW, "event": "Poison" if place % 3 else f"Fine {place}"} for place in places))
    drain()
    assert Event.objects.count() == 20, "two at fault in a row are fewer than three"
    assert (RejectedEvent.objects.count(), InboxRow.objects.count()) == (40, 0)
    counted = SourceHour.objects.get()
    assert (counted.stored, counted.rejected) == (20, 40)
    assert len(asked) < 200


def test_a_request_whose_events_all_fail_does_not_take_for_ever(source, monkeypatch):
    def breaks(*_args, **_more):
        raise ValueError("poison")

    monkeypatch.setattr(recording, "record_spelt", breaks)
    monkeypatch.setattr(draining, "TRIES", 2)
    put(source, *([VIEW] * 6))
    assert drain().refused == RejectedEvent.objects.count() == 6
    assert not InboxRow.objects.exists()


@pytest.mark.parametrize(("context", "code"), [({"page": {"path": "\x00"}}, "forbidden_character"), (None, "too_deep")])
def test_a_context_that_an_older_version_accepted_is_refused_and_spoils_nothing(source, context, code):
    if context is None:
        context = {"deep": []}
        for _ in range(40):
            context = {"deep": context}
    put(source, VIEW)
    put(source, VIEW, VIEW, context=context)
    put(source, VIEW)
    done = drain()
    assert (done.rows, done.stored, done.refused) == (3, 2, 2)
    assert {row.code for row in RejectedEvent.objects.all()} == {code}


def test_a_request_whose_key_is_gone_stops_nobody(source):
    put(source, VIEW)
    InboxRow.objects.update(sealed=b"x" * 60)
    put(source, VIEW)
    done = drain()
    assert (done.stored, done.refused) == (1, 1)


def test_bots_are_flagged_and_pages_keep_their_surroundings(source):
    put(
        source,
        {
            **VIEW,
            "context": {
                "page": {"path": "/serum", "referrer": "https://search.example/"},
                "campaign": {"source": "line"},
            },
        },
        sender=inbox.Sender(agent="Mozilla/5.0 (compatible; Examplebot/2.1)"),
    )
    drain()
    assert Event.objects.get().properties["$context"] == {
        "page": {"path": "/serum", "referrer": "https://search.example/"},
        "campaign": {"source": "line"},
        "bot": True,
    }


def test_identify_tells_of_the_company_and_of_ids_beside_the_users(source):
    ids = [
        {"id": "jane@acme.example", "type": "email", "collection": "users", "encoding": "none"},
        {"id": "acme", "type": "member_number", "collection": "accounts"},
        {"id": "0" * 64, "type": "phone", "encoding": "sha256"},
        "odd",
    ]
    company = {"id": "a-1", "name": "Acme", "industry": "Paper", "employee_count": 40}
    put(source, {"type": "identify", "userId": "u1", "traits": {"company": company}, "context": {"externalIds": ids}})
    put(source, {"type": "identify", "userId": "u2", "traits": {"company": {"name": "Acme"}}})
    put(source, {"type": "identify", "userId": "u3", "traits": {"company": {"plan": "gold"}}})
    drain()
    acme, link = Company.objects.get(), CompanyLink.objects.get()
    assert (acme.name, acme.industry, acme.employees) == ("Acme", "Paper", 40)
    jane = link.customer_id
    assert [point.customer_id for point in ContactPoint.objects.exclude(kind="external_id")] == [jane]


def test_a_group_that_is_somebodys_address_or_phone_lies_sealed_and_is_no_company(source):
    for group in ("jane@acme.com", "081 234 5678", "+66812345678"):
        put(source, {"type": "group", "userId": "u1", "groupId": group, "traits": {"industry": "Paper", "name": group}})
    named = {"name": "jane@acme.com", "industry": "Paper", "city": "081-234-5678"}
    put(source, {"type": "group", "userId": "u1", "groupId": "g-7", "traits": named})
    drain()
    groups = Event.objects.order_by("id")
    assert sorted(one.properties.get("group_id", "") for one in groups) == ["", "", "", "g-7"]
    assert all(one.sealed for one in groups)
    company = Company.objects.get()
    assert (company.name, company.industry, company.city) == ("g-7", "Paper", "")
