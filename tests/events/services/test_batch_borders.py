"""Any sequence of calls, merges, un-merges and erasures gives the same customers however it was cut into batches."""

import datetime as dt
import itertools
import json
import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cdp.core import actors
from customers.models import (
    ContactPoint,
    Customer,
    Identifier,
    MergeLog,
    MergeSuggestion,
    SharedIdentifier,
    Status,
    SuppressedIdentifier,
)
from customers.selectors import exports, identifiers, lineage
from customers.services import buckets, erasing, merging
from customers.services.identity import visitors
from events.models import Event, InboxRow
from events.rules import tracking
from events.services import draining, inbox
from tests import factories

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 12, 30, tzinfo=dt.UTC)
SOURCES, USERS, DEVICES = ("web", "app"), ("u1", "u2", "u3"), ("dev-1", "dev-2", "dev-3")
EMAILS, PHONES = ("a@example.com", "b@example.com"), ("+66812345678", "+66899999999")
COMPARED = ("customers.Customer", "customers.ContactPoint", "customers.Address", "events.Event")

user, device, source = st.sampled_from(USERS), st.sampled_from(DEVICES), st.sampled_from(SOURCES)
traits = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(EMAILS),
        "phone": st.sampled_from(PHONES),
        "firstName": st.sampled_from(("Ann", "Bea")),
        "lastName": st.sampled_from(("Lee", "Kim")),
        "birthday": st.sampled_from(("1990-01-02", "1991-01-02")),
        "gender": st.sampled_from(("female", "male")),
    },
)


def call(kind, **fields):
    return st.fixed_dictionaries({"type": st.just(kind), **fields})


either = st.sampled_from([(True, False), (False, True), (True, True)])


@st.composite
def named(draw, kind, **fields):
    """A call with a user, a device, or both."""
    has_user, has_device = draw(either)
    return {
        "type": kind,
        **({"userId": draw(user)} if has_user else {}),
        **({"anonymousId": draw(device)} if has_device else {}),
        **{name: draw(value) for name, value in fields.items()},
    }


calls = st.one_of(
    named("identify", traits=traits),
    named("identify", traits=traits),
    named("track", event=st.just("Product Viewed")),
    call("page", anonymousId=device),
    call("alias", userId=user, previousId=st.one_of(device, user)),
    named("group", groupId=st.just("g1"), traits=st.just({"name": "Celadon"})),
)
steps = st.one_of(
    st.tuples(st.just("call"), source, calls, st.integers(0, 5)),
    st.tuples(st.just("call"), source, calls, st.integers(0, 5)),
    st.tuples(st.just("call"), source, calls, st.integers(0, 5)),
    st.tuples(st.just("call"), source, calls, st.integers(0, 5)),
    st.tuples(st.just("merge"), source, user, user),
    st.tuples(st.just("unmerge")),
    st.tuples(st.just("erase"), source, user),
)
cuts = st.tuples(
    st.lists(st.integers(1, 6), min_size=1, max_size=4),  # calls in a request
    st.lists(st.integers(1, 9), min_size=1, max_size=4),  # calls in a batch of the drain
    st.sampled_from((1, 2, 500)),  # joins in a batch
    st.sampled_from((1, 25)),  # turns of sources in a batch
)
ONE_BY_ONE = ([1], [1], 500, 25)


class World:
    """Hears steps, cut in its own way."""

    def __init__(self, cut, patch):
        requests, batches, joins, waves = cut
        self.requests, self.batches = itertools.cycle(requests), itertools.cycle(batches)
        patch.setattr(draining, "JOINS", joins)
        patch.setattr(draining, "WAVES", waves)
        buckets.ensure()
        self.sources = {key: factories.source(key) for key in SOURCES}
        self.clock = NOW - dt.timedelta(hours=2)
        self.waiting = []
        self.number = 0

    def hear(self, steps):
        for name, *rest in steps:
            self.clock += dt.timedelta(minutes=1)
            if name == "call":
                self.call(*rest)
                continue
            self.settle()
            self.clock += dt.timedelta(minutes=1)
            getattr(self, name)(*rest)
        self.settle()

    def call(self, source, event, ago):
        self.number += 1
        at = (self.clock - dt.timedelta(minutes=10 * ago)).isoformat()
        self.waiting.append((source, {**event, "messageId": f"m{self.number}", "timestamp": at}, self.clock))

    def settle(self):
        """Put what waits into requests, and drain them."""
        while self.waiting:
            source, size = self.waiting[0][0], next(self.requests)
            taken = list(itertools.takewhile(lambda one, source=source: one[0] == source, self.waiting[:size]))
            del self.waiting[: len(taken)]
            self.put(self.sources[source], [event for _source, event, _at in taken], taken[-1][2])
        while draining.drain(now=NOW, events=next(self.batches)).rows:
            pass
        assert not InboxRow.objects.exists()

    def put(self, source, events, at):
        items = [json.dumps(event).encode() for event in events]
        assert not any(tracking.check(item, kind=None, limits=tracking.Limits()) for item in items)
        row = inbox.ids.uuid7()
        parcel = inbox.Parcel(events=[inbox.msgspec.Raw(item) for item in items], sender=inbox.Sender())
        sealed = inbox.seal_parcel(parcel, row=row, source=source.id)
        InboxRow.objects.create(id=row, source=source, received_at=at, accepted=len(items), rejected=0, sealed=sealed)

    def who(self, source, user):
        found = identifiers.owners([identifiers.digest("external_id", user, source)])
        return next(iter(found.values()), None)

    def merge(self, source, one, other):
        survivor, absorbed = self.who(source, one), self.who(source, other)
        if survivor and absorbed and survivor != absorbed:
            merging.merge(survivor=survivor, absorbed=absorbed, reason="test", actor=actors.SYSTEM, at=self.clock)

    def unmerge(self):
        log = MergeLog.objects.filter(reason="test", undone_at=None).order_by("-id").first()
        if log:
            merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=self.clock)

    def erase(self, source, user):
        customer = self.who(source, user)
        if customer:
            erasing.erase(customer=customer, actor=actors.SYSTEM, at=self.clock)

    # --- what came of it, without ids ---

    def seen(self):
        names = self.names()
        label = {}
        for row in Customer.objects.filter(status__in=lineage.LIVING):
            held = Identifier.objects.filter(customer_id=row.id).values_list("digest", flat=True)
            shared = SharedIdentifier.objects.filter(customer_id=row.id).values_list("digest", flat=True)
            label[row.id] = tuple(sorted({names[bytes(digest)] for digest in [*held, *shared]}))
        assert all(label.values()), "nobody without anything to know them by"
        return {
            "people": sorted((label[row], self.told(row)) for row in label),
            "nobody's": sorted(Event.objects.filter(customer_id__in=buckets.IDS).values_list("message_id", flat=True)),
            "events": sorted(Event.objects.values_list("message_id", flat=True)),
            "suppressed": sorted(names[bytes(one.digest)] for one in SuppressedIdentifier.objects.all()),
            "asked": sorted(
                (sorted((label[one], label[other])), state)
                for one, other, state in self.suggested()
                if one in label and other in label and one != other
            ),
        }

    def names(self):
        found = {visitors.digest(one): one for one in (*DEVICES, *USERS)}
        found |= {identifiers.digest("external_id", one, key): f"{key}/{one}" for one in USERS for key in SOURCES}
        found |= {identifiers.digest("email", one): one for one in EMAILS}
        return found | {identifiers.digest("phone", one): one for one in PHONES}

    def told(self, customer):
        export = exports.of(customer)
        rows = {label: sorted(json.dumps(row, sort_keys=True) for row in export[label]) for label in COMPARED}
        people = lineage.of(customer)
        primary = ContactPoint.objects.filter(customer_id__in=people, is_primary=True).values_list("kind", "digest")
        mine = sorted(Event.objects.filter(customer_id__in=people).values_list("message_id", flat=True))
        status = Customer.objects.get(id=customer).status
        return json.dumps([status, rows, sorted((kind, bytes(one).hex()) for kind, one in primary), mine], indent=1)

    def suggested(self):
        rows = list(MergeSuggestion.objects.values_list("customer_id", "other_id", "state"))
        standing = lineage.standing({one for row in rows for one in row[:2]})
        return {(standing.get(one, one), standing.get(other, other), state) for one, other, state in rows}


def outcome(steps, cut):
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        world = World(cut, patch)
        world.hear(steps)
        found = world.seen()
        transaction.set_rollback(True)
    assert Customer.objects.exclude(status=Status.BUCKET).count() == 0
    return found


def judge(steps, *cuts):
    expected = outcome(steps, ONE_BY_ONE)
    for cut in cuts:
        found = outcome(steps, cut)
        for part, value in expected.items():
            assert found[part] == value, part


BOUNDED = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LONG = settings(
    BOUNDED,
    max_examples=int(os.environ.get("CDP_EXAMPLES", "400")),
    derandomize="CDP_EXAMPLES" not in os.environ,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


@pytest.mark.long
@BOUNDED
@given(steps=st.lists(steps, min_size=4, max_size=14), cut=cuts)
def test_the_same_customers_however_calls_are_grouped_and_batches_cut(steps, cut):
    judge(steps, cut)


def told(source, kind, **event):
    return "call", source, {"type": kind, **event}, 1


FOUND = {
    "what a visitor told stays readable when another source knows who it is": (
        told("web", "group", anonymousId="dev-3", groupId="g1", traits={"name": "Celadon"}),
        told("app", "track", userId="u1", anonymousId="dev-3", event="Product Viewed"),
        told("web", "page", anonymousId="dev-3"),
    ),
    "a later word about the family name decides whether two are one": (
        told("web", "identify", userId="u1", traits={"firstName": "Ann", "lastName": "Lee"}),
        told("web", "identify", userId="u1", traits={"firstName": "Ann", "lastName": "Kim"}),
        told("app", "identify", userId="u2", traits={"email": "a@example.com", "firstName": "Ann", "lastName": "Lee"}),
        told("web", "identify", userId="u1", traits={"email": "a@example.com"}),
    ),
    "one of a household is named by two sources": (
        told("web", "identify", userId="u1", traits={"firstName": "Ann", "phone": PHONES[0]}),
        told("web", "identify", userId="u2", traits={"firstName": "Bea", "phone": PHONES[0], "email": "b@example.com"}),
        ("merge", "web", "u1", "u1"),  # nobody: only a batch of its own
        told("web", "page", anonymousId="dev-1"),
        told("app", "identify", anonymousId="dev-2", traits={"firstName": "Bea", "phone": PHONES[0]}),
        told("web", "identify", anonymousId="dev-3", traits={"email": "b@example.com", "gender": "male"}),
    ),
}
"""Sequences in which the borders did matter once."""


@pytest.mark.parametrize("steps", FOUND.values(), ids=[sentence.replace(" ", "_") for sentence in FOUND])
def test_what_was_found_once_stays_mended(steps):
    judge(steps, ([6], [9], 500, 25))


@pytest.mark.long
@LONG
@given(steps=st.lists(steps, min_size=2, max_size=30), cut=cuts)
def test_the_same_customers_in_many_more_sequences(steps, cut):
    judge(steps, cut)
