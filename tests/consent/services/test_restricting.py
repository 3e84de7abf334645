"""Restrictions, legal holds, objections and taking everything back."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from cdp.core import actors
from consent.models import ConsentState, Restriction
from consent.rules.packs import Basis
from consent.selectors import holds, packs, purposes, restrictions
from consent.services import gate, grants, holding, objecting, restricting
from customers.models import Status
from customers.services import erasing, merging
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = dt.timedelta(days=1)


def restrict(who, **given):
    given = {"reason": restricting.Reason.ASKED, "actor": actors.CUSTOMER, "at": NOW, **given}
    return restricting.restrict(customer=who.id, **given)


def by_condition(*people, at):
    sql, params = restrictions.condition("c", at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id FROM customers_customer c WHERE c.id = ANY(%s) AND {sql}",
            [[who.id for who in people], *params],
        )
        return {found for (found,) in cursor.fetchall()}


def test_is_seen_by_both_ways_of_asking_while_it_holds():
    ann, bob = factories.customer(name="Ann"), factories.customer(name="Bob")
    restrict(ann, until=NOW + 3 * DAY)
    for at, expected in ((NOW - DAY, set()), (NOW, {ann.id}), (NOW + 2 * DAY, {ann.id}), (NOW + 3 * DAY, set())):
        assert restrictions.restricted([ann.id, bob.id], at=at) == expected == by_condition(ann, bob, at=at)


def test_asked_twice_there_is_one_and_lifting_ends_it():
    ann = factories.customer(name="Ann")
    assert restrict(ann).id == restrict(ann).id
    assert restrict(ann, until=NOW + DAY).until is None, "the open end outlasts it"
    assert restricting.lift(customer=ann.id, actor=actors.SYSTEM, at=NOW + DAY) == 1
    assert restricting.lift(customer=ann.id, actor=actors.SYSTEM, at=NOW + DAY) == 0
    assert restrictions.restricted([ann.id], at=NOW + DAY) == frozenset()


def test_goes_along_when_people_are_merged():
    ann, annie = factories.customer(name="Ann"), factories.customer(name="Annie")
    restrict(annie)
    merging.merge(survivor=ann.id, absorbed=annie.id, reason="steward", actor=actors.SYSTEM, at=NOW)
    assert restrictions.restricted([ann.id], at=NOW) == {ann.id}
    assert restrict(annie).customer_id == ann.id, "an old id means who stands for it"


def test_nobody_is_restricted_who_is_not_there():
    with pytest.raises(restricting.UnableToRestrict):
        restricting.restrict(customer=uuid.uuid4(), reason=restricting.Reason.ASKED, actor=actors.CUSTOMER, at=NOW)


def test_nobody_is_erased_while_a_hold_stands():
    ann = factories.customer(name="Ann")
    hold = holding.place(
        customer=ann.id, ground=holding.Ground.CLAIM, why="Case 12/2569", actor=actors.SYSTEM, at=NOW - DAY
    )
    with pytest.raises(erasing.UnableToErase) as unable:
        erasing.erase(customer=ann.id, actor=actors.SYSTEM, at=NOW)
    assert unable.value.reason is erasing.Reason.HELD
    assert holds.held([ann.id], at=NOW) == {ann.id: "claim"}
    assert holding.lift(customer=ann.id, hold=hold.id, actor=actors.SYSTEM, at=NOW)
    erasing.erase(customer=ann.id, actor=actors.SYSTEM, at=NOW)
    ann.refresh_from_db()
    assert ann.status == Status.ERASED
    assert not holds.of([ann.id]), "it goes with the person"


@pytest.mark.parametrize(("why", "until"), [("", None), ("x" * 1001, None), ("case", NOW - DAY)])
def test_a_hold_says_why_and_ends_later(why, until):
    ann = factories.customer(name="Ann")
    with pytest.raises(holding.UnableToHold):
        holding.place(customer=ann.id, ground=holding.Ground.CLAIM, why=why, actor=actors.SYSTEM, at=NOW, until=until)


def test_an_objection_refuses_what_rests_on_legitimate_interest_and_all_advertising():
    german = factories.customer(name="Uwe", country="DE")
    objecting.object_(customer=german.id, source="request:1", actor=actors.CUSTOMER, at=NOW)
    refused = set(
        ConsentState.objects.filter(customer_id=german.id, is_granted=False).values_list("purpose", "channel")
    )
    pack = packs.by_country()["DE"]
    expected = {
        (purpose, channel)
        for purpose, channels in purposes.channels().items()
        for channel in channels
        if purpose.startswith("marketing") or pack.basis(purpose, channel) is Basis.LEGITIMATE_INTEREST
    }
    assert refused == expected
    assert ("profiling", "any") in refused
    assert not any(purpose == "service" for purpose, _channel in refused)
    again = objecting.object_(customer=german.id, source="request:2", actor=actors.CUSTOMER, at=NOW + DAY)
    assert again == 0, "what was refused is not refused again"


def test_an_objection_ends_profiling_also_where_it_had_been_allowed():
    korean = factories.customer(name="Kim", country="KR")
    factories.consent(korean, granted=True, purpose="profiling", channel="any", at=NOW - DAY)
    objecting.object_(customer=korean.id, source="request:1", actor=actors.CUSTOMER, at=NOW)
    assert gate.decide(customer=korean.id, purpose="profiling", channel="any", at=NOW).is_denied


def test_taking_everything_back_ends_what_was_given_and_nothing_else():
    ann = factories.customer(name="Ann", country="TH")
    for purpose, channel in (("marketing", "email"), ("measurement", "any")):
        grants.record(
            customer=ann.id, purpose=purpose, channel=channel, granted=True, at=NOW - DAY, source="shop",
            method="form", actor=actors.CUSTOMER,
        )  # fmt: skip
    assert objecting.withdraw(customer=ann.id, source="request:1", actor=actors.CUSTOMER, at=NOW) == 2
    states = ConsentState.objects.filter(customer_id=ann.id)
    assert set(states.values_list("purpose", "channel", "status")) == {
        ("marketing", "email", "withdrawn"),
        ("measurement", "any", "withdrawn"),
    }
    assert not Restriction.objects.exists()
