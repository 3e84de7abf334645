"""Any sequence of facts, merges and un-merges: taking everything back leaves each person as if nobody had merged them.

Two worlds hear the same facts at the same moments, many of them while people are merged; one of the worlds merges and
parts people in between. In the end all merges are taken back, in any order, and the exports are equal to the byte.
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
from consent.rules.ledger import REFUSALS
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
heard = st.one_of(
    st.tuples(st.just("order"), people),
    st.tuples(st.just("consent"), people, st.booleans()),
)
before = st.lists(heard | st.tuples(st.just("note"), people), max_size=6)
step = st.one_of(
    st.tuples(
        st.just("merge"),
        people,
        people,
        st.dictionaries(st.sampled_from(["name", "place", "email", "phone"]), st.just("absorbed"), max_size=2),
    ),
    st.tuples(st.just("unmerge"), st.integers(0, 9)),
    heard,  # notes are only kept of who is there
)


class World:
    """Four people and what becomes of them."""

    def __init__(self):
        self.people = [factories.customer(now=NOW, **details) for details in DETAILS]
        self.clock = NOW
        self.orders = 0
        self.has_said = False

    def tick(self):
        self.clock += dt.timedelta(minutes=1)
        return self.clock

    def tell(self, what, who, *rest):
        customer, at = self.people[who], self.tick()
        if what == "order":
            self.orders += 1
            factories.order(customer, external_id=str(self.orders), placed_at=at)
        elif what == "note":
            notes.add(customer=customer.id, kind=Note.Kind.NOTE, text=f"note {at}", actor=actors.SYSTEM, at=at)
        else:
            factories.consent(customer, granted=rest[0], at=at)

    def hear(self, what, who, *rest):
        """A fact from when some may be merged, under the id of before, as a till that remembers it: the pipeline brings
        it to who stands for them.
        """
        self.tell(what, who, *rest)
        person = self.people[who].id
        merging.gather([person], self.clock)
        if what == "consent":
            self.has_said = True
            states.rebuild([person, lineage.get(person).customer.id])

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
        if self.has_said:
            return  # whether one may take back as a whole what a part refused, the tests of states say
        denied = {
            lineage.get(record.customer_id).customer.id for record in self.last_words() if record.status in REFUSALS
        }
        assert not ConsentState.objects.filter(customer_id__in=denied, is_granted=True).exists()

    def last_words(self):
        """The last record of each person where all were made before the first merge."""
        said = {record.customer_id: record for record in ConsentRecord.objects.order_by("at", "id")}
        return list(said.values())

    def exported(self):
        return [exports.as_text(exports.of(person.id)) for person in self.people]

    def states(self):
        """Each with the moment of the record it goes back to."""
        rows = ConsentState.objects.order_by("customer_id", "purpose", "channel")
        moments = dict(ConsentRecord.objects.values_list("id", "at"))
        columns = ("customer_id", "purpose", "channel", "is_granted", "status", "record_id")
        return [(*told, moments[record]) for *told, record in rows.values_list(*columns)]

    def live(self, steps, *, merges):
        """Everything that happens, each at its moment; or only what is told."""
        for number, (name, *rest) in enumerate(steps):
            self.clock = NOW + dt.timedelta(hours=1 + number)
            if name in {"merge", "unmerge"}:
                if merges:
                    getattr(self, name)(*rest)
            else:
                self.hear(name, *rest)


some = settings(
    max_examples=4,
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
        ("order", 1),
        ("merge", 2, 3, {}),
        ("consent", 3, True),
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
    """Both worlds hear the facts and live through the steps, one without its merges; of the other they are taken back."""
    with transaction.atomic():
        world = World()
        for one in facts:
            world.tell(*one)
        states.rebuild([person.id for person in world.people])
        begun, orders = transaction.savepoint(), world.orders
        world.live(steps, merges=False)
        states.rebuild([person.id for person in world.people])
        expected, words = world.exported(), world.states()
        transaction.savepoint_rollback(begun)
        world.orders, world.has_said = orders, False
        world.live(steps, merges=True)
        for number in order:
            world.unmerge(number)
        assert not MergeLog.objects.filter(undone_at=None).exists()
        if world.has_said:
            # Who refuses while they are one refuses for all of them, also when they are parted; a yes is one person's.
            allowed = [{told[:3] for told in found if told[3]} for found in (world.states(), words)]
            assert allowed[0] <= allowed[1]
            assert {told[:3] for told in words} <= {told[:3] for told in world.states()}
        else:
            assert world.states() == words
        assert world.exported() == expected
        transaction.set_rollback(True)
