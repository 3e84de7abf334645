"""Whatever people say, are merged and parted, restricted, and however time goes: the gate never allows what the newest
applicable word forbids. Held against a model that knows nothing of tables, states or SQL.
"""

import datetime as dt
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.core import actors
from consent.models import Purpose
from consent.services import expiring, gate, grants, restricting
from customers.models import Customer
from customers.services import merging
from tests import factories

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 3, 2, 5, 0, tzinfo=dt.UTC)  # noon in Bangkok
YES, NO, OVER = "yes", "no", "over"


@dataclass
class Person:
    """What one record said in its own name, and whom it took in: (other, from, until)."""

    said: list = field(default_factory=list)  # (time, word)
    joined: list = field(default_factory=list)
    is_gone: bool = False
    is_frozen: bool = False


def word_of(person, until):
    """(word, when) that holds for a person at that time: the strict reading of "a refusal on either side wins"."""
    holds = None
    happened = [(at, 0, word) for at, word in person.said] + [(at, 1, (other, end)) for other, at, end in person.joined]
    for at, kind, what in sorted(happened, key=lambda one: one[:2]):
        if at > until:
            continue
        if kind == 0:
            holds = (what, at)
            continue
        other, end = what
        if end is not None and end <= until:
            continue
        theirs = word_of(other, at)
        both = [one for one in (holds, theirs) if one]
        refusals = [one for one in both if one[0] == NO]
        holds = max(refusals or both, key=lambda one: one[1], default=None)
    return holds


def forbids(person, meaning, now):
    """Whether nothing may go to that person for marketing by e-mail in Thailand."""
    holds = word_of(person, now)
    if person.is_gone or person.is_frozen or holds is None:
        return True
    word, at = holds
    return word != YES or (meaning is not None and at < meaning)


WHO = st.integers(0, 2)
STEP = st.one_of(
    st.tuples(st.just("say"), WHO, st.booleans()),
    st.tuples(st.just("say"), WHO, st.booleans()),
    st.tuples(st.just("merge"), WHO, WHO),
    st.tuples(st.just("unmerge")),
    st.tuples(st.just("expire"), WHO),
    st.tuples(st.just("meaning")),
    st.tuples(st.just("freeze"), WHO),
    st.tuples(st.just("thaw"), WHO),
    st.tuples(st.just("wait"), st.integers(1, 900)),
)


class World:
    """The real system and the model side by side."""

    def __init__(self):
        self.rows = [
            factories.customer(name=f"Nok {n}", external_id=f"h-{n}-{factories.uuid.uuid4()}") for n in range(3)
        ]
        Customer.objects.filter(id__in=[row.id for row in self.rows]).update(country="TH")
        self.people = [Person() for _ in range(3)]
        self.now, self.meaning = START, None
        Purpose.objects.filter(key="marketing").update(meaning_since=None)
        self.merges = []
        self.has_merged = False

    def tick(self, **span):
        self.now += dt.timedelta(**(span or {"minutes": 10}))

    def say(self, who, is_yes):
        if self.people[who].is_gone:
            return
        grants.record(
            customer=self.rows[who].id,
            purpose="marketing",
            channel="email",
            granted=is_yes,
            at=self.now,
            source="shop",
            method="test",
            actor=actors.CUSTOMER,
        )
        self.people[who].said.append((self.now, YES if is_yes else NO))

    def merge(self, first, second):
        one, other = self.people[first], self.people[second]
        if first == second or one.is_gone or other.is_gone:
            return
        log = merging.merge(
            survivor=self.rows[first].id, absorbed=self.rows[second].id, reason="t", actor=actors.SYSTEM, at=self.now
        )
        one.joined.append((other, self.now, None))
        was_frozen = one.is_frozen
        one.is_frozen, other.is_gone = one.is_frozen or other.is_frozen, True
        self.has_merged = True
        self.merges.append((log.id, first, second, was_frozen))

    def unmerge(self):
        if not self.merges:
            return
        log, first, second, _was_frozen = self.merges.pop()
        merging.unmerge(merge_log=log, actor=actors.SYSTEM, at=self.now)
        one, other = self.people[first], self.people[second]
        one.joined = [(who, at, self.now if who is other and end is None else end) for who, at, end in one.joined]
        other.is_gone = False
        # Who is frozen after that is told by the desk's own rows; the model takes what is stricter for neither.
        for number in (first, second):
            rows = restricting.Restriction.objects.filter(customer_id=self.rows[number].id, lifted_at=None)
            self.people[number].is_frozen = rows.exists()

    def expire(self, who):
        person = self.people[who]
        if person.is_gone:
            return
        holds = word_of(person, self.now)
        done = expiring.expire(
            purpose="marketing",
            said_before=self.now,
            reason="t",
            actor=actors.SYSTEM,
            now=self.now,
            customers=[self.rows[who].id],
        )
        assert done == bool(holds and holds[0] == YES)
        if done:
            person.said.append((self.now, OVER))

    def meaning_changes(self):
        self.meaning = self.now
        Purpose.objects.filter(key="marketing").update(meaning_since=self.now)

    def freeze(self, who, *, is_on):
        if self.people[who].is_gone:
            return
        if is_on:
            restricting.restrict(
                customer=self.rows[who].id, reason=restricting.Reason.ASKED, actor=actors.SYSTEM, at=self.now
            )
        else:
            restricting.lift(customer=self.rows[who].id, actor=actors.SYSTEM, at=self.now)
        self.people[who].is_frozen = is_on

    def do(self, step):
        name, *rest = step
        if name == "wait":
            self.tick(days=rest[0])
        elif name == "meaning":
            self.meaning_changes()
        elif name in {"freeze", "thaw"}:
            self.freeze(rest[0], is_on=name == "freeze")
        else:
            getattr(self, name)(*rest)
        self.tick()

    def check(self, step):
        found = gate.decide_many([row.id for row in self.rows], purpose="marketing", channel="email", at=self.now)
        for row, person in zip(self.rows, self.people, strict=True):
            if found[row.id].is_allowed:
                assert not forbids(person, self.meaning, self.now), (step, found[row.id])
            elif not self.has_merged:  # who was ever merged may be judged more strictly, for good
                assert forbids(person, self.meaning, self.now), (step, found[row.id])


@pytest.mark.long
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(STEP, min_size=3, max_size=9))
def test_the_gate_never_allows_what_the_newest_word_forbids(steps):
    play(steps)


@pytest.mark.long
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(STEP, min_size=6, max_size=24))
def test_the_gate_never_allows_what_the_newest_word_forbids_in_long_histories(steps):
    play(steps)


def play(steps):
    world = World()
    for step in steps:
        world.do(step)
        world.check(step)
