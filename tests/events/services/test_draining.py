"""The inbox becomes facts: once, with the right people, counted."""

import datetime as dt
import json
import uuid

import pytest

from cdp.core import actors
from cdp.core.crypto import subjects
from cdp.core.models import AuditEntry, Source
from customers.models import Company, Customer, Identifier, MergeLog, MergeSuggestion, Status
from customers.selectors import identifiers, profiles
from customers.services import buckets, erasing
from customers.services.identity import visitors
from events.models import Event, InboxRow, MessageKey, RejectedEvent, SourceHour
from events.rules import tracking
from events.services import draining, inbox, recording
from tests import factories

NOW = dt.datetime(2026, 11, 22, 12, 30, tzinfo=dt.UTC)
VIEW = {"type": "track", "event": "Product Viewed", "userId": "u1", "properties": {"sku": "A-1"}}

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(db):
    buckets.ensure()
    return factories.source("web-shop")


def put(source, *events, sender=None, at=NOW, kind=None, **batch):
    """A request as the door leaves it in the inbox."""
    items = [json.dumps({"messageId": uuid.uuid4().hex, **event}).encode() for event in events]
    verdicts = [tracking.check(item, kind=kind, limits=tracking.Limits()) for item in items]
    request = tracking.Request(items, **batch)
    refused = [verdict for verdict in verdicts if verdict]
    parcel = inbox.Parcel(
        events=[inbox.msgspec.Raw(item) for item, verdict in zip(items, verdicts, strict=True) if not verdict],
        sender=sender or inbox.Sender(),
        kind=kind,
        sent_at=request.sent_at,
        context=request.context,
    )
    row = uuid.uuid7() if hasattr(uuid, "uuid7") else inbox.ids.uuid7()
    InboxRow.objects.create(
        id=row,
        source=source,
        received_at=at,
        accepted=len(parcel.events),
        rejected=len(refused),
        sealed=inbox._seal("inbox", row, source.id, parcel),
    )


def drain():
    return draining.drain(now=NOW)


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
    real = recording.record_many

    def breaks(rows, **more):
        if any(row.name == "Poison" for row in rows):
            raise ValueError("poison")
        return real(rows, **more)

    monkeypatch.setattr(recording, "record_many", breaks)
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
    real = recording.record_many

    def breaks(rows, **more):
        if any(row.name == "Poison" for row in rows):
            raise ValueError("poison")
        return real(rows, **more)

    monkeypatch.setattr(recording, "record_many", breaks)
    events = [{**VIEW, "event": "Poison" if place in bad else f"Fine {place}"} for place in range(6)]
    put(source, *events)
    put(source, VIEW)
    drain()
    fine = {f"Fine {place}" for place in range(6)} - {f"Fine {place}" for place in bad}
    assert set(Event.objects.values_list("name", flat=True)) == fine | {VIEW["event"]}
    assert (RejectedEvent.objects.count(), InboxRow.objects.count()) == (len(bad), 0)
    counted = SourceHour.objects.get()
    assert (counted.stored, counted.rejected) == (7 - len(bad), len(bad))


def test_a_request_whose_events_all_fail_does_not_take_for_ever(source, monkeypatch):
    def breaks(*_args, **_more):
        raise ValueError("poison")

    monkeypatch.setattr(recording, "record_many", breaks)
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


def forget(user, source="web-shop", at=NOW):
    digest = identifiers.digest("external_id", user, source)
    erasing.erase(customer=Identifier.objects.get(digest=digest).customer_id, actor=actors.SYSTEM, at=at)


def test_events_of_somebody_forgotten_belong_to_nobody_until_they_identify_again(source):
    put(source, {"type": "identify", "userId": "u1", "anonymousId": "dev-1", "traits": {"email": "a@example.com"}})
    drain()
    forget("u1")
    later = NOW + dt.timedelta(minutes=1)
    put(source, VIEW, {"type": "page", "anonymousId": "dev-1"}, {**VIEW, "anonymousId": "dev-2"}, at=later)
    put(source, {"type": "group", "userId": "u1", "groupId": "g", "traits": {"name": "Acme"}}, at=later)
    drain()
    assert set(Event.objects.values_list("customer_id", flat=True)) <= set(buckets.IDS)
    assert not Event.objects.exclude(sealed=None).exists()
    assert not Customer.objects.filter(status__in=[Status.KNOWN, Status.ANONYMOUS]).exists()
    put(source, VIEW, {"type": "identify", "userId": "u1"}, VIEW, at=later)
    drain()
    back = Customer.objects.get(status=Status.KNOWN)
    assert Event.objects.filter(customer_id=back.id).count() == 2, "what came before the act stays nobody's"
    entry = AuditEntry.objects.get(action="customers:suppression:lifted")
    assert (entry.customer_id, entry.details["kinds"]) == (back.id, ["external_id"])
    put(source, {"type": "page", "anonymousId": "dev-1"}, at=later)
    drain()
    assert Event.objects.filter(customer_id=back.id).count() == 2, "the browser was not named again"


def test_an_identify_that_waited_while_its_person_was_forgotten_does_not_bring_them_back(source):
    put(source, VIEW)
    drain()
    put(source, {"type": "identify", "userId": "u1", "traits": {"email": "a@example.com"}}, at=NOW)
    forget("u1", at=NOW + dt.timedelta(seconds=1))
    drain()
    assert not Customer.objects.filter(status=Status.KNOWN).exists()
    assert Event.objects.get(kind="identify").customer_id in buckets.IDS


def test_somebody_else_may_take_over_the_browser_of_a_forgotten_person_by_identifying(source):
    put(source, {**VIEW, "anonymousId": "dev-1"})
    drain()
    forget("u1")
    later = NOW + dt.timedelta(minutes=1)
    put(source, {**VIEW, "userId": "u2", "anonymousId": "dev-1"}, {"type": "page", "anonymousId": "dev-1"}, at=later)
    drain()
    assert [row.customer_id in buckets.IDS for row in Event.objects.order_by("kind")] == [True, False]
    put(source, {"type": "identify", "userId": "u2", "anonymousId": "dev-1"}, at=later)
    put(source, {"type": "page", "anonymousId": "dev-1"}, at=later)
    drain()
    assert Event.objects.filter(customer_id=Customer.objects.get(status=Status.KNOWN).id).count() == 3


@pytest.mark.parametrize("at_once", [True, False])
def test_an_alias_of_two_known_users_asks_a_steward(source, at_once):
    calls = (VIEW, {**VIEW, "userId": "u2"}, {"type": "alias", "userId": "u2", "previousId": "u1"})
    for some in [calls] if at_once else [[one] for one in calls]:
        put(source, *some)
        drain()
    asked = MergeSuggestion.objects.get()
    assert {asked.customer_id, asked.other_id} == set(
        Customer.objects.filter(status=Status.KNOWN).values_list("id", flat=True)
    )
    assert not Identifier.objects.filter(kind="anonymous_id").exists(), "a user's id is no browser's"


def test_an_alias_before_its_previous_id_was_a_user_is_a_visitors(source):
    put(source, {"type": "alias", "userId": "u2", "previousId": "u1"}, VIEW)
    drain()
    assert not MergeSuggestion.objects.exists()
    assert Identifier.objects.get(kind="anonymous_id").customer_id == Event.objects.get(kind="alias").customer_id


def test_chains_of_aliases_lead_to_one_person(source):
    put(source, {"type": "page", "anonymousId": "a"}, {"type": "page", "anonymousId": "b"})
    drain()
    put(source, {"type": "alias", "userId": "u1", "previousId": "a"})
    put(source, {"type": "alias", "userId": "u1", "previousId": "b"}, {"type": "page", "anonymousId": "a"})
    drain()
    person = Customer.objects.get(status=Status.KNOWN)
    assert set(Event.objects.values_list("customer_id", flat=True)) == {person.id}


def test_sources_that_tell_of_the_same_people_are_heard_in_the_order_of_the_inbox(source):
    app = factories.source("app")
    first = {"type": "identify", "traits": {"email": "a@example.com", "phone": "+66811111111"}}
    second = {"type": "identify", "traits": {"email": "a@example.com", "phone": "+66822222222"}}
    put(source, {"type": "page", "anonymousId": "dev-1"})
    put(app, {**first, "userId": "p1"})
    put(source, {**second, "userId": "u1"})
    drain()
    digest = identifiers.digest("phone", "+66811111111")
    assert Identifier.objects.filter(digest=digest).exists(), "the first number told is the one of the machine"
    assert not Identifier.objects.filter(digest=identifiers.digest("phone", "+66822222222")).exists()


def test_sources_that_tell_of_one_of_a_household_are_heard_in_the_order_of_the_inbox(source):
    till, app = factories.source("till"), factories.source("app")
    phone = {"phone": "+66811111111"}
    put(till, {"type": "identify", "userId": "t1", "traits": {"firstName": "Ann", **phone}})
    put(till, {"type": "identify", "userId": "t2", "traits": {"firstName": "Bea", "email": "b@example.com", **phone}})
    drain()
    put(source, {"type": "page", "anonymousId": "dev-1"})
    put(app, {"type": "identify", "anonymousId": "dev-2", "traits": {"firstName": "Bea", **phone}})
    put(source, {"type": "identify", "anonymousId": "dev-3", "traits": {"email": "b@example.com"}})
    drain()
    bea = identifiers.owners([identifiers.digest("email", "b@example.com")]).popitem()[1]
    assert Customer.objects.get(id=bea).sources == ["till", "app", source.key]


def test_every_link_says_which_fact_told_it(source):
    put(source, {"type": "page", "anonymousId": "dev-1", "messageId": "m1"})
    drain()
    who = {"anonymousId": "dev-1", "userId": "u1", "messageId": "m2"}
    put(source, {"type": "identify", "traits": {"email": "a@example.com"}, **who})
    put(source, {"type": "alias", "userId": "u1", "previousId": "dev-2", "messageId": "m3"})
    drain()
    told = dict(Identifier.objects.values_list("digest", "told_by"))
    by_id = {"dev-1": "event:m1", "dev-2": "event:m3"}
    assert {one: told[visitors.digest(one)] for one in by_id} == {
        one: f"{source.key} {fact}" for one, fact in by_id.items()
    }
    assert all(told.values())
    assert MergeLog.objects.get().why["told_by"] == f"{source.key} event:m2"


def test_a_batch_ends_where_sources_would_take_too_many_turns(source, monkeypatch):
    monkeypatch.setattr(draining, "WAVES", 3)
    app = factories.source("app")
    for n in range(8):
        put(app if n % 2 else source, {"type": "identify", "userId": f"p{n}", "traits": {"email": "a@example.com"}})
    rounds = []
    while (done := drain()).rows:
        rounds.append(done.stored)
    assert rounds == [3, 3, 2]
    assert Customer.objects.filter(status=Status.KNOWN).count() >= 1


def test_a_source_that_only_fills_leaves_what_is_known_as_it_is_and_gives_way_to_every_other(source):
    def identify(user, **traits):
        put(source, {"type": "identify", "userId": user, "traits": traits})
        drain()

    def owner(kind, value, scope=""):
        return next(iter(identifiers.owners([identifiers.digest(kind, value, scope)]).values()), None)

    identify("u1", firstName="Ann", email="ann@example.com")
    identify("u2", firstName="Bob", email="bob@example.com")
    Source.objects.update(known_people=Source.KnownPeople.FILL)
    identify("u1", firstName="Mal", email="mal@example.com", phone="+66812345678", address={"city": "Seoul"})
    identify("u1", email="bob@example.com", company="Acme", address={"city": "Busan", "street": "1 Rama IX"})
    ann = Customer.objects.get(id=owner("email", "ann@example.com"))
    assert (ann.city, ann.company, ann.sources) == ("Seoul", "Acme", [source.key])
    assert profiles.one(ann).given_name == "Ann"
    assert {contact.value for contact in profiles.one(ann).contacts} == {"u1", "ann@example.com", "+66812345678"}
    assert not ann.merged_into
    assert owner("email", "mal@example.com") is None
    assert owner("email", "bob@example.com") == owner("external_id", "u2", source.key)
    identify("u3", firstName="Cat", email="cat@example.com")  # somebody new is made as ever
    assert profiles.one(owner("email", "cat@example.com")).given_name == "Cat"
    Source.objects.update(known_people=Source.KnownPeople.UPDATE)
    identify("u1", address={"city": "Daegu"})
    assert Customer.objects.get(id=ann.id).city == "Daegu"
