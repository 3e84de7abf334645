"""Merges beside merges, beside the pipeline and beside writers: real transactions on real connections."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import timezone

from cdp.core import actors, pipeline
from cdp.core.models import PipelineState
from commerce.models import Order
from customers.models import Customer, Identifier, MergeLog, Status
from customers.rules import people
from customers.selectors import lineage
from customers.services import identity, merging
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()


def merge(survivor, absorbed):
    return merging.merge(survivor=survivor.id, absorbed=absorbed.id, reason="test", actor=actors.SYSTEM, at=NOW)


def together(*works):
    """Run these at once; what each raised or None."""
    raised = [None] * len(works)
    barrier = threading.Barrier(len(works))

    def run(position, work):
        barrier.wait()
        try:
            work()
        except Exception as error:  # noqa: BLE001  (the test judges it)
            raised[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return raised


def standing():
    return Customer.objects.filter(status=Status.KNOWN).order_by("id")


@pytest.mark.parametrize("_turn", range(3))
def test_two_merges_of_the_same_people_end_with_one_survivor_each_and_nothing_lost(_turn):
    a, b, c = (factories.customer(name="Ann", email=f"{name}@example.com") for name in "abc")
    for one in (a, b, c):
        factories.order(one)
    refused = together(lambda: merge(a, b), lambda: merge(b, c), lambda: merge(c, a))
    assert all(error is None or error.reason in {"already_merged", "busy"} for error in refused)
    assert MergeLog.objects.filter(undone_at=None).count() == Customer.objects.filter(status=Status.MERGED).count()
    holders = {row.id for row in standing()}
    assert len(holders) == 3 - sum(error is None for error in refused)
    assert set(Order.objects.values_list("customer_id", flat=True)) <= holders
    assert set(Identifier.objects.values_list("customer_id", flat=True)) <= holders
    assert {lineage.get(one.id).customer.id for one in (a, b, c)} == holders


@pytest.mark.parametrize("_turn", range(3))
def test_a_merge_beside_a_writer_and_a_drain_leaves_every_fact_with_the_survivor(_turn):
    ann = factories.customer(name="Ann", email="ann@example.com")
    annie = factories.customer(name="Ann", phone="0812345678")
    source = factories.source()

    def write():
        for number in range(5):
            raw = {"phone": "0812345678", "name": "Ann", "city": f"Town {number}"}
            person, _faults = people.clean(raw, people.Rules(region="TH", today=NOW.date()))
            (found,) = identity.resolve_many([person], source=source, now=NOW)
            factories.order(Customer(id=found.customer), external_id=str(number))
            pipeline.mark([found.customer], cause="test")

    def drain():
        for _ in range(3):
            pipeline.drain(now=NOW)

    assert together(write, lambda: merge(ann, annie), drain) == [None, None, None]
    pipeline.drain_all(now=NOW)
    assert set(Order.objects.values_list("customer_id", flat=True)) == {ann.id}
    assert Order.objects.count() == 5
    log = MergeLog.objects.get()
    merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=NOW + dt.timedelta(hours=1))
    assert Identifier.objects.get(kind="phone").customer_id == annie.id
    assert PipelineState.objects.exists()
