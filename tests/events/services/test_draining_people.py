"""Whose the events of the inbox are: forgotten people, aliases, several sources, and the borders of batches."""

import datetime as dt

import pytest

from cdp.core import actors
from cdp.core.models import AuditEntry, Source
from customers.models import Customer, Identifier, MergeLog, MergeSuggestion, Status
from customers.selectors import identifiers, profiles
from customers.services import buckets, erasing
from customers.services.identity import visitors
from events.models import Event
from events.services import connecting, draining
from tests import factories
from tests.events.services.requests_waiting import NOW, VIEW, drain, put

pytestmark = pytest.mark.django_db


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


def test_the_key_of_a_connected_website_renames_nobody_and_moves_no_way_to_reach_them(db):
    buckets.ensure()
    files = factories.source("web")
    made = connecting.connect(name="Web", origins=["https://shop.example"], actor=actors.SYSTEM, now=NOW)
    assert (made.source, made.source.known_people) == (files, Source.KnownPeople.FILL)
    ann = factories.customer(name="Ann Lee", email="ann@example.com", phone="+66812345678", city="Bangkok")
    traits = {"email": "ann@example.com", "firstName": "Mal", "lastName": "Ory", "phone": "+66899999999"}
    traits["address"] = {"street": "1 Evil Rd", "city": "Seoul", "country": "KR"}
    put(made.source, {"type": "identify", "anonymousId": "evil", "traits": traits})
    drain()
    ann.refresh_from_db()
    person = profiles.one(ann)
    assert (person.name, person.phone, ann.city) == ("Ann Lee", "+66812345678", "Bangkok")
    assert not identifiers.owners([identifiers.digest("phone", "+66899999999", "")])
    files.refresh_from_db()
    assert files.known_people == Source.KnownPeople.FILL
    app = connecting.connect(name="Server", origins=[], actor=actors.SYSTEM, now=NOW)
    assert app.source.known_people == Source.KnownPeople.UPDATE


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
