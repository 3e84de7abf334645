"""Metrics and segments stop for who refused profiling or is restricted, step by step and in a rebuild alike."""

import datetime as dt

import pytest
from django.utils import timezone

from analytics.models import CustomerMetrics, Segment, SegmentChange, SegmentMember
from analytics.selectors import audiences
from analytics.services import membership, metrics, segments
from cdp.core import actors, pipeline
from consent.services import grants, restricting
from tests import factories

pytestmark = pytest.mark.django_db
HAS_ORDERED = {"metric": "orders_count", "op": ">=", "value": 1}


@pytest.fixture
def buyer():
    found = factories.customer(name="Ann")
    factories.order(found)
    return found


@pytest.fixture
def segment():
    return segments.create(
        name="Buyers", key="buyers", description="", rules=HAS_ORDERED, actor=actors.SYSTEM, at=now()
    )


def now():
    return timezone.now()


def say(customer, *, granted):
    grants.record(
        customer=customer.id,
        purpose="profiling",
        channel="any",
        granted=granted,
        at=now(),
        source="shop",
        method="test",
        actor=actors.CUSTOMER,
    )


def counted():
    return set(CustomerMetrics.objects.values_list("customer_id", flat=True))


def inside(segment):
    return set(SegmentMember.objects.filter(segment_id=segment.id).values_list("customer_id", flat=True))


def stop_by(how, customer):
    if how == "refusal":
        say(customer, granted=False)
    else:
        restricting.restrict(customer=customer.id, reason=restricting.Reason.ASKED, actor=actors.SYSTEM, at=now())


def start_by(how, customer):
    if how == "refusal":
        say(customer, granted=True)
    else:
        restricting.lift(customer=customer.id, actor=actors.SYSTEM, at=now())


@pytest.mark.parametrize("how", ["refusal", "restriction"])
def test_everything_worked_out_goes_and_comes_back(buyer, segment, how):
    pipeline.drain_all(now=now())
    assert counted() == inside(segment) == {buyer.id}
    stop_by(how, buyer)
    pipeline.drain_all(now=now())
    assert counted() == inside(segment) == set()
    change = SegmentChange.objects.latest("id")
    assert (change.entered, change.reason) == (False, SegmentChange.NOT_PROFILED)
    start_by(how, buyer)
    pipeline.drain_all(now=now())
    assert counted() == inside(segment) == {buyer.id}


@pytest.mark.parametrize("how", ["refusal", "restriction"])
def test_a_rebuild_comes_to_the_same(buyer, segment, how):
    other = factories.customer()
    factories.order(other)
    metrics.rebuild(now())
    membership.refresh(segment, now())
    assert counted() == inside(segment) == {buyer.id, other.id}
    stop_by(how, buyer)
    metrics.rebuild(now())
    membership.refresh(Segment.objects.get(key="buyers"), now())
    assert counted() == inside(segment) == {other.id}
    assert SegmentChange.objects.latest("id").reason == SegmentChange.NOT_PROFILED
    assert audiences.preview(HAS_ORDERED, now()).count == 1


def test_no_word_and_a_word_that_ran_out_stop_nothing(buyer):
    factories.consent(buyer, purpose="profiling", channel="any", granted=False)
    buyer_state = factories.ConsentState.objects.filter(customer=buyer)
    buyer_state.update(status="expired")
    metrics.rebuild(now())
    assert counted() == {buyer.id}


def test_a_restriction_that_ended_by_itself_stops_nothing(buyer):
    restricting.restrict(
        customer=buyer.id,
        reason=restricting.Reason.ASKED,
        actor=actors.SYSTEM,
        at=now(),
        until=now() + dt.timedelta(days=3),
    )
    metrics.rebuild(now())
    assert counted() == set()
    metrics.rebuild(now() + dt.timedelta(days=4))
    assert counted() == {buyer.id}


def test_rest_and_the_page_of_the_customer_say_so(buyer, client):
    say(buyer, granted=False)
    pipeline.drain_all(now=now())
    _key, text = factories.api_key()
    answer = client.get(f"/api/v1/customers/{buyer.id}/metrics", headers={"Authorization": f"Bearer {text}"})
    assert answer.json()["profiled"] is False
    client.force_login(factories.staff("owner"))
    assert "Not profiled" in client.get(f"/customers/{buyer.id}/").content.decode()
