"""Any sequence of facts, merges and un-merges: taking everything back leaves each person as if nobody had merged them.

Two worlds hear the same facts; one of them merges and parts people in between. In the end all merges are taken back,
in any order, and the exports are equal to the byte.
"""

import datetime as dt
import os

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from cdp.core import actors
from consent.models import ConsentRecord, ConsentState
from consent.services import states
from customers.models import Customer, MergeLog, Note, Status
from customers.selectors import exports, lineage
from customers.services import merging, notes
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PEOPLE = 4
DETAILS = (
    {"name": "Ann Ray", "email": "ann@example.com", "city": "Bangkok", "street": "1 Long Road", "tags": "vip"},
    {"name": "Ann Ray", "phone": "0812345678", "gender": "female", "tags": "new"},
    {"name": "Somchai", "phone": "0812345678", "email": "som@example.com", "city": "Bangkok", "street": "1 Long Road"},
    {"name": "민준 김", "external_id": "7", "company": "Celadon", "interests": "tea"},
)
people = st.integers(0, PEOPLE - 1)
fact = st.one_of(
    st.tuples(st.just("order"), people),
    st.tuples(st.just("consent"), people, st.booleans()),
    st.tuples(st.just("note"), people),
)
before = st.lists(fact, max_size=6)
step = st.one_of(
    st.tuples(
        st.just("merge"),
        people,
        people,
        st.dictionaries(st.sampled_from(["name", "place", "email", "phone"]), st.just("absorbed"), max_size=2),
    ),
    st.tuples(st.just("unmerge"), st.integers(0, 9)),
    st.tuples(st.just("order"), people),
)


class World:
    """Four people and what becomes of them."""

    def __init__(self):
        self.people = [factories.customer(now=NOW, **details) for details in DETAILS]
        self.clock = NOW
        self.orders = 0

    def tick(self):
        self.clock += dt.timedelta(minutes=1)
        return self.clock

    def tell(self, what, who, *rest):
        customer, at = self.people[who], self.tick()
        if what == "order":
            self.orders += 1
            factories.order(customer, external_id=str(self.orders), placed_at=at)
            # Under an old id, as a till that remembers it: the pipeline brings it to who stands for them.
            merging.gather([customer.id], at)
        elif what == "note":
            notes.add(customer=customer.id, kind=Note.Kind.NOTE, text=f"note {at}", actor=actors.SYSTEM, at=at)
        else:
            factories.consent(customer, granted=rest[0], at=at)

    def merge(self, one, other, choices):
        survivor, absorbed = (lineage.get(self.people[who].id).customer for who in (one, other))
        if survivor.id != absorbed.id:
            merging.merge(
                survivor=survivor.id,
                absorbed=absorbed.id,
                choices=choices,
                reason="test",
                actor=actors.SYSTEM,
                at=self.tick(),
            )
            self.judge()

    def unmerge(self, number):
        logs = list(MergeLog.objects.filter(undone_at=None).order_by("id"))
        if logs:
            log = logs[number % len(logs)]
            merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=self.tick())
            self.judge()

    def judge(self):
        """Nobody is lost, nothing is doubled, and a refusal stops whoever stands for the one who said it."""
        standing = {row.id for row in Customer.objects.filter(status=Status.KNOWN)}
        found = [person for who in standing for person in lineage.of(who)]
        assert sorted(found) == sorted(person.id for person in self.people)
        assert not ConsentState.objects.exclude(customer_id__in=standing).exists()
        denied = {
            lineage.get(record.customer_id).customer.id
            for record in self.last_words()
            if record.status != ConsentRecord.Status.GIVEN
        }
        assert not ConsentState.objects.filter(customer_id__in=denied, is_granted=True).exists()

    def last_words(self):
        """The last record of each person; all were made before the first merge."""
        said = {record.customer_id: record for record in ConsentRecord.objects.order_by("at", "id")}
        return list(said.values())

    def exported(self):
        return [exports.as_text(exports.of(person.id)) for person in self.people]

    def states(self):
        rows = ConsentState.objects.order_by("customer_id", "purpose", "channel")
        return list(rows.values_list("customer_id", "purpose", "channel", "is_granted", "record_id"))


some = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # to make an example smaller costs minutes of database work
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
many = settings(
    some,
    max_examples=int(os.environ.get("CDP_EXAMPLES", "100")),
    derandomize="CDP_EXAMPLES" not in os.environ,
)
anything = given(
    facts=before, steps=st.lists(step, max_size=8), order=st.lists(st.integers(0, 9), min_size=4, max_size=4)
)


@some
@example(
    facts=[("order", 0), ("consent", 1, True), ("consent", 2, False), ("note", 3), ("order", 3), ("consent", 0, True)],
    steps=[
        ("merge", 0, 1, {"name": "absorbed"}),
        ("merge", 2, 3, {}),
        ("merge", 3, 0, {"email": "absorbed", "place": "absorbed"}),
        ("unmerge", 1),
        ("merge", 1, 2, {"phone": "absorbed"}),
    ],
    order=[2, 0, 1, 0],
)
@anything
def test_taking_everything_back_leaves_everybody_as_they_were(facts, steps, order):
    judge(facts, steps, order)


@pytest.mark.long
@many
@anything
def test_taking_many_more_sequences_back_leaves_everybody_as_they_were(facts, steps, order):
    judge(facts, steps, order)


def judge(facts, steps, order):
    """Both worlds hear the facts; one lives through the steps, and then its merges are taken back."""
    with transaction.atomic():
        world = World()
        for one in facts:
            world.tell(*one)
        states.rebuild([person.id for person in world.people])
        expected, words = world.exported(), world.states()
        told = []
        for name, *rest in steps:
            if name == "order":
                world.tell("order", *rest)
                told.append(rest[0])
            else:
                getattr(world, name)(*rest)
        for number in order:
            world.unmerge(number)
        assert not MergeLog.objects.filter(undone_at=None).exists()
        assert world.states() == words
        if not told:
            assert world.exported() == expected
        for who, person in enumerate(world.people):
            mine = exports.of(person.id)["commerce.Order"]
            assert len(mine) == sum(one[0] == "order" and one[1] == who for one in facts) + told.count(who)
        transaction.set_rollback(True)
