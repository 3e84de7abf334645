"""Many pairs at once come out as one after the other, and come apart again."""

import datetime as dt
import itertools

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import DataKey
from consent.models import ConsentState
from customers.models import ContactPoint, Customer, Identifier, MergeLog, Note, SharedIdentifier, Status
from customers.selectors import exports
from customers.services import merging, notes
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PEOPLE = (
    {"external_id": "1"},
    {"name": "Ann Ray", "phone": "0812345678", "city": "Bangkok", "street": "1 Long Road", "tags": "vip"},
    {"name": "Som", "phone": "0812345678", "email": "som@example.com", "city": "Bangkok", "street": "1 Long Road"},
    {"name": "Kim", "phone": "0812345678", "gender": "female", "city": "Phuket", "tags": "new"},
    {"name": "Lek", "email": "lek@example.com", "company": "Celadon", "interests": "tea"},
    {"name": "Nok", "phone": "0899999999", "email": "nok@example.com"},
)


@pytest.fixture
def people():
    found = [factories.customer(now=NOW, **details) for details in PEOPLE]
    for number, one in enumerate(found):
        factories.order(one, external_id=str(number), placed_at=NOW)
        factories.consent(one, granted=number % 2 == 0, at=NOW - dt.timedelta(days=number))
        notes.add(customer=one.id, kind=Note.Kind.NOTE, text=f"about {number}", actor=actors.SYSTEM, at=NOW)
    return found


def absorb(pairs):
    return merging.absorb(
        pairs={absorbed.id: survivor.id for absorbed, survivor in pairs}, reason="test", actor=actors.SYSTEM, at=NOW
    )


def seen(people):
    """Everything that can be seen of these people, without keys and random bytes."""
    return (
        [exports.as_text(exports.of(one.id)) for one in people if one.status == Status.KNOWN],
        list(Identifier.objects.order_by("digest").values_list("digest", "customer_id", "is_shared")),
        sorted(SharedIdentifier.objects.values_list("digest", "customer_id")),
        sorted(ContactPoint.objects.values_list("customer_id", "id", "is_primary")),
        sorted(ConsentState.objects.values_list("customer_id", "is_granted", "record_id")),
        list(
            MergeLog.objects.filter(undone_at=None)
            .order_by("id")
            .values_list("customer_id", "absorbed_id", "identifiers", "why")
        ),
    )


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_several_absorbed_at_once_come_out_as_one_after_the_other(people, order):
    outcomes = []
    pairs = [(people[number], people[0]) for number in order] + [(people[5], people[4])]
    for batches in ([[pair] for pair in pairs], [pairs]):
        with transaction.atomic():
            for batch in batches:
                assert len(absorb(batch)) == len(batch)
            for one in people:
                one.refresh_from_db()
            outcomes.append(seen(people))
            transaction.set_rollback(True)
        for one in people:
            one.refresh_from_db()
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2), (2, 3, 1, 0)])
def test_each_of_many_is_taken_back_exactly_in_any_order(people, order):
    before = seen(people)
    absorb([(people[1], people[0]), (people[2], people[0]), (people[3], people[0]), (people[5], people[4])])
    logs = list(MergeLog.objects.order_by("id"))
    for position, number in enumerate(order):
        merging.unmerge(merge_log=logs[number].id, actor=actors.SYSTEM, at=NOW + dt.timedelta(hours=1 + position))
    assert seen(people) == before


def test_a_thousand_cost_as_many_statements_as_two(people):
    def cost(count):
        survivors = [factories.customer(email=f"s{count}.{n}@example.com") for n in range(count)]
        visitors = [factories.customer(external_id=f"v{count}.{n}") for n in range(count)]
        with CaptureQueriesContext(connection) as statements:
            assert len(absorb(list(zip(visitors, survivors, strict=True)))) == count
        return len(statements)

    assert cost(2) == cost(40)


def test_who_cannot_be_absorbed_is_left_out_and_nobody_else(people):
    Customer.objects.filter(id=people[2].id).update(status=Status.ERASED)
    joined = absorb([(people[1], people[0]), (people[2], people[0]), (people[5], people[4])])
    assert joined == {people[1].id: people[0].id, people[5].id: people[4].id}
    assert absorb([(people[1], people[0])]) == {}, "merged already"
    assert absorb([]) == {}
    assert absorb([(people[0], people[0])]) == {}


def test_nobody_absorbs_and_is_absorbed_in_one_call(people):
    with pytest.raises(merging.UnableToMerge, match="same_customer"):
        absorb([(people[1], people[0]), (people[0], people[4])])


def test_a_survivor_gets_a_key_of_its_own_only_where_a_newer_one_came_along(people):
    older, newer = people[1], people[4]
    absorb([(older, newer)])
    assert DataKey.objects.filter(customer_id=newer.id).count() == 2
    absorb([(people[5], people[3])])
    assert DataKey.objects.filter(customer_id=people[3].id).count() == 3
    newest = DataKey.objects.filter(customer_id=people[3].id).latest("id")
    moved = MergeLog.objects.get(absorbed_id=people[5].id).moved["core.DataKey"]
    assert str(newest.id) not in moved
