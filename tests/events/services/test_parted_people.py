"""What websites tell of people while they are merged goes, when they are parted, to whom each call named.

Two worlds hear the same calls through the inbox and the same rows of files; one of them merges and parts people in
between. In the end every merge is taken back, in any order: exports, identifiers and who is written to first are those
of the world without merges.
"""

import datetime as dt
import itertools
import os
import re

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from cdp.core import actors
from customers.models import Address, ContactPoint, Identifier, MergeLog
from customers.selectors import exports, identifiers, lineage
from customers.services import buckets, merging
from customers.services.identity import contacts, visitors
from events.models import InboxRow, Session
from events.services import draining, sessions
from tests import factories
from tests.events.services.requests_waiting import NOW, put
from tests.importing import Importer

pytestmark = pytest.mark.django_db
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PEOPLE = 3
FRESH = ("new", "newer")
"""What each of them may tell while they are merged: addresses, numbers and browsers that nobody else has."""


WHO = "customer.external_id,customer.email,customer.phone\n"
BUYER = "order.external_id,order.placed_at,line.unit_price,customer.external_id,customer.email,customer.phone\n"
FILES = {
    "sale": ("orders", BUYER + "{number},{at},5"),
    "return": ("orders", BUYER + "{number},{at},-5"),
    "person": ("customers", f"customer.job_title,customer.city,customer.country,{WHO}Driver,Chiang Mai,TH"),
    "row": ("events", "event,timestamp,customer.external_id,customer.email,customer.phone\nProduct Viewed,{at}"),
}
"""What files tell of a person: their kind, and the line up to who it is."""


PROFILE = {
    "job": {"new": {"title": "Baker"}, "newer": {"title": "Cook", "tags": ["kitchen"]}},
    "name": {"new": {"lastName": "Ray"}, "newer": {"lastName": "Lee", "gender": "female"}},
    "place": {
        "new": {"address": {"street": "1 Long Road", "city": "Bangkok", "country": "TH"}},
        "newer": {"address": {"street": "2 Short Road", "city": "Phuket", "country": "TH"}},
    },
}
"""Traits that calls tell, the same of everybody."""


def email(who, word):
    return f"{word}-{who}@example.com"


def phone(who, word):
    return f"+6681234560{who}" if word == "known" else f"+6689999{FRESH.index(word)}00{who}"


def device(who, word):
    return f"browser-{word}-{who}"


people, words = st.integers(0, PEOPLE - 1), st.sampled_from(FRESH)
named = st.sampled_from(("user", "email", "device"))
calls = st.one_of(
    st.tuples(st.just("track"), people, named),
    st.tuples(st.just("page"), people, st.just("device")),
    st.tuples(st.just("identify"), people, named, st.sampled_from(("email", "phone", "device")), words),
    st.tuples(st.just("identify"), people, named, st.sampled_from(("email", "phone")), words),
    st.tuples(st.just("identify"), people, named, st.sampled_from(tuple(PROFILE)), words),
)
rows = st.tuples(
    st.sampled_from(tuple(FILES)), people, st.sampled_from(("user", "email")), st.sampled_from(("", *FRESH))
)
steps = st.one_of(
    calls,
    calls,
    rows,
    st.tuples(st.just("merge"), people, people),
    st.tuples(st.just("unmerge"), st.integers(0, 9)),
)


class World:
    """Three people whom a website knows, and what it tells of them."""

    def __init__(self, imports):
        buckets.ensure()
        self.imports = imports
        self.source, self.clock, self.numbers = factories.source("web"), NOW - dt.timedelta(hours=6), itertools.count()
        for who in range(PEOPLE):
            traits = {"firstName": f"Ann{who}"}
            if who < PEOPLE - 1:  # the last one is known by a number and a browser alone
                traits |= {"email": email(who, "known"), "phone": phone(who, "known")}
            self.tell({"type": "identify", "userId": f"u{who}", "anonymousId": device(who, "known"), "traits": traits})
        owners = identifiers.owners([identifiers.digest("external_id", f"u{who}", "web") for who in range(PEOPLE)])
        self.people = sorted(owners.values())
        assert len(self.people) == PEOPLE

    def tell(self, event):
        self.clock += dt.timedelta(minutes=1)
        put(self.source, {"messageId": f"m{next(self.numbers)}", **event}, at=self.clock)
        while draining.drain(now=self.clock).rows:
            pass
        assert not InboxRow.objects.exists()

    def hear(self, kind, who, by, what="", word=""):
        event = {"type": kind, **({"event": "Product Viewed"} if kind == "track" else {})}
        traits = {what: {"email": email, "phone": phone}[what](who, word)} if what in {"email", "phone"} else {}
        if by == "user":
            event["userId"] = f"u{who}"
        elif by == "email":
            traits.setdefault("email", email(who, "known"))
        event["anonymousId"] = device(who, word if what == "device" else "known")
        if what in PROFILE:
            named = {"firstName": f"Ann{who}"} if what == "name" else {}
            traits |= {**named, **PROFILE[what][word]}
        if kind == "identify":
            event["traits"] = traits
        elif traits:
            event["context"] = {"traits": traits}
        self.tell(event)

    def read(self, file, who, by, word):
        """A row that names somebody by what is known of them and, of orders, may tell a new number of theirs."""
        kind, line = FILES[file]
        self.clock += dt.timedelta(minutes=1)
        about = (f"u{who}", "") if by == "user" else ("", email(who, "known"))
        told = phone(who, word) if word and kind != "events" else ""
        line = line.format(number=f"O{next(self.numbers)}", at=self.clock.isoformat())
        self.imports(kind, ",".join((line, *about, told)) + "\n", source="web")

    def merge(self, one, other):
        survivor, absorbed = (lineage.get(self.people[who]).customer.id for who in (one, other))
        self.clock += dt.timedelta(minutes=1)
        if survivor != absorbed:
            merging.merge(survivor=survivor, absorbed=absorbed, reason="test", actor=actors.SYSTEM, at=self.clock)

    def unmerge(self, number):
        logs = list(MergeLog.objects.filter(undone_at=None, reason="test").order_by("id"))
        self.clock += dt.timedelta(minutes=1)
        if logs:
            merging.unmerge(merge_log=logs[number % len(logs)].id, actor=actors.SYSTEM, at=self.clock)

    def live(self, steps, *, merges):
        for number, (name, *rest) in enumerate(steps):
            self.clock = NOW - dt.timedelta(hours=5) + dt.timedelta(minutes=10 * number)
            if name in FILES:
                self.read(name, *rest)
            elif name not in {"merge", "unmerge"}:
                self.hear(name, *rest)
            elif merges:
                getattr(self, name)(*rest)

    def seen(self):
        """What is exported of each, by what each is recognised, and which way of contact of each kind comes first."""
        names = {visitors.digest(device(who, word)): device(who, word) for who in range(PEOPLE) for word in ALL}
        names |= {identifiers.digest("external_id", f"u{who}", "web"): f"u{who}" for who in range(PEOPLE)}
        for kind, spelt in (("email", email), ("phone", phone)):
            for told in (spelt(who, word) for who in range(PEOPLE) for word in ALL):
                names |= {identifiers.digest(kind, told): told, contacts.digest(kind, told): told}
        Session.objects.all().delete()  # derived rows are written as they are found out: anew, in one order
        sessions.derive(self.people)
        found = []
        for person in self.people:
            held = Identifier.objects.filter(customer_id=person).values_list("digest", flat=True)
            lives = Address.objects.filter(customer_id=person, is_primary=True).values_list("city", flat=True)
            first = ContactPoint.objects.filter(customer_id=person, is_primary=True, kind__in=("email", "phone"))
            found.append(
                {
                    "export": UUID.sub("id", exports.as_text(exports.of(person))),
                    "known by": sorted(names[bytes(digest)] for digest in held),
                    "lives": list(lives),
                    "first": sorted(names[bytes(digest)] for digest in first.values_list("digest", flat=True)),
                }
            )
        return found


ALL = ("known", *FRESH)
some = settings(
    max_examples=1,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
many = settings(
    some,
    max_examples=int(os.environ.get("CDP_EXAMPLES", "60")),
    derandomize="CDP_EXAMPLES" not in os.environ,
)
anything = given(
    steps=st.lists(steps, min_size=3, max_size=14), order=st.lists(st.integers(0, 9), min_size=3, max_size=3)
)


@pytest.fixture
def imports(tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


@pytest.mark.long
@some
@example(
    steps=[
        ("merge", 0, 1),
        ("identify", 0, "user", "place", "new"),
        ("identify", 1, "user", "name", "new"),
        ("identify", 1, "email", "place", "newer"),
        ("identify", 1, "user", "job", "newer"),
        ("identify", 0, "email", "job", "newer"),
        ("person", 1, "email", "newer"),
        ("identify", 1, "user", "place", "new"),
    ],
    order=[0, 0, 0],
)
@example(
    steps=[
        ("merge", 0, 1),
        ("return", 1, "user", "new"),
        ("row", 1, "email", ""),
        ("sale", 0, "email", "newer"),
    ],
    order=[0, 0, 0],
)
@example(
    steps=[
        ("merge", 0, 1),
        ("identify", 1, "user", "email", "new"),
        ("identify", 1, "email", "phone", "newer"),
        ("identify", 0, "user", "email", "newer"),
        ("track", 1, "user"),
        ("track", 0, "email"),
        ("page", 1, "device"),
    ],
    order=[0, 0, 0],
)
@example(
    steps=[
        ("merge", 0, 2),
        ("identify", 2, "user", "email", "new"),
        ("identify", 2, "user", "phone", "newer"),
        ("identify", 0, "user", "device", "new"),
    ],
    order=[0, 0, 0],
)
@example(steps=[("merge", 2, 1), ("identify", 2, "user", "phone", "newer"), ("track", 2, "user")], order=[0, 0, 0])
@anything
def test_what_is_told_of_merged_people_goes_to_whom_it_named(imports, steps, order):
    judge(imports, steps, order)


@pytest.mark.long
@many
@anything
def test_what_is_told_of_merged_people_goes_to_whom_it_named_in_many_more_sequences(imports, steps, order):
    judge(imports, steps, order)


def judge(imports, steps, order):
    with transaction.atomic():
        world = World(imports)
        begun = transaction.savepoint()
        world.live(steps, merges=False)
        expected = world.seen()
        transaction.savepoint_rollback(begun)
        world.numbers = itertools.count(PEOPLE)
        world.live(steps, merges=True)
        for number in order:
            world.unmerge(number)
        assert not MergeLog.objects.filter(undone_at=None, reason="test").exists()
        for found, wanted in zip(world.seen(), expected, strict=True):
            for part, value in wanted.items():
                assert found[part] == value, part
        transaction.set_rollback(True)
