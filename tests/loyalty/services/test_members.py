"""Joining and leaving: once, with a number, and never against somebody's will."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from cdp.core import ids
from cdp.core.actors import SYSTEM
from cdp.core.models import AuditEntry, Mark
from consent.models import TermsAcceptance
from customers.rules import member_numbers
from customers.selectors import profiles
from customers.selectors.profiles import Kind
from customers.services import merging
from loyalty.models import Act, Member
from loyalty.services import members
from loyalty.services.book import Book
from tests import factories
from tests.loyalty.services.test_book import balance, earn, legs

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def enrol(customer, *, now=NOW, **more):
    return members.enrol(customer=customer.id, how=Member.How.STAFF, actor=SYSTEM, now=now, source="till", **more)


def test_who_joins_has_a_number_and_is_told_of_once():
    ann = factories.customer()
    terms = members.Terms("2.0", "th")
    row = enrol(ann, terms=terms)
    assert enrol(ann, now=NOW + timedelta(days=1)).id == row.id
    assert (row.joined_at, row.how, row.source, row.left_at) == (NOW, "staff", "till", None)
    number = profiles.one(ann.id).value(Kind.MEMBER)
    assert member_numbers.is_luhn(number[1:])
    assert not member_numbers.is_mistyped(number)
    accepted = TermsAcceptance.objects.get(customer_id=ann.id)
    assert (accepted.version, accepted.language, accepted.place) == ("2.0", "th", "loyalty.staff")
    assert AuditEntry.objects.filter(action="loyalty:member:joined", customer_id=ann.id).count() == 1
    assert Mark.objects.filter(customer_id=ann.id, cause="loyalty.joined").exists()


def test_an_absorbed_id_joins_who_stands_for_it_and_nobody_cannot_join():
    ann, ben = factories.customer(), factories.customer()
    merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=NOW)
    assert enrol(ben).customer_id == ann.id
    with pytest.raises(members.UnableToEnrol):
        members.enrol(customer=ids.uuid7(), how=Member.How.API, actor=SYSTEM, now=NOW)
    assert Member.objects.count() == 1


def test_many_join_at_once_and_who_left_is_not_made_to_come_back(django_assert_max_num_queries):
    people = [factories.customer() for _ in range(12)]
    enrol(people[0])
    enrol(people[1])
    members.leave(customer=people[1].id, shown={}, actor=SYSTEM, now=NOW)
    joined = {one.id: NOW - timedelta(days=n) for n, one in enumerate(people)}
    with django_assert_max_num_queries(10):
        new = members.enrol_many(joined=joined, how=Member.How.ORDER, actor=SYSTEM, now=NOW)
    assert new == {one.id: joined[one.id] for one in people[2:]}
    assert Member.objects.filter(left_at=None).count() == 11
    assert not members.enrol_many(joined=joined, how=Member.How.ORDER, actor=SYSTEM, now=NOW)


def test_who_leaves_loses_what_they_were_shown_and_begins_anew():
    ann = factories.customer()
    enrol(ann)
    earn(ann, 100)
    earn(ann, 20, wait=timedelta(days=14))
    for shown in ({}, {"points": Decimal(100)}):
        with pytest.raises(members.UnableToLeave) as unable:
            members.leave(customer=ann.id, shown=shown, actor=SYSTEM, now=NOW)
        assert unable.value.balance == {"points": 120}
    left = members.leave(customer=ann.id, shown={"points": Decimal(120)}, actor=SYSTEM, now=NOW)
    assert left.left_at == NOW
    assert balance(ann) == balance(ann, NOW + timedelta(days=30)) == 0
    assert legs() == {"issued": -120, "pending": 0, "active": 0, "expired": 120}
    assert Act.objects.get(kind="expire").reason == "left"
    assert members.leave(customer=ann.id, shown={}, actor=SYSTEM, now=NOW) is None
    again = enrol(ann, now=NOW + timedelta(days=40))
    assert (again.id, again.left_at, again.joined_at) == (left.id, None, NOW + timedelta(days=40))
    assert balance(ann, NOW + timedelta(days=41)) == 0


def test_nobody_leaves_while_points_are_put_aside():
    ann = factories.customer()
    enrol(ann)
    earn(ann, 100)
    hold(ann, 30)
    with pytest.raises(members.UnableToLeave) as unable:
        members.leave(customer=ann.id, shown={"points": Decimal(70)}, actor=SYSTEM, now=NOW)
    assert unable.value.held == {"points": 30}
    assert Member.objects.get().left_at is None


def hold(customer, amount):
    with transaction.atomic():
        book = Book.open([customer.id], now=NOW)
        act = book.act(customer.id, "points", Act.Kind.HOLD, cause=f"hold:{ids.uuid7()}")
        act.moves += book.purse(customer.id, "points").hold(Decimal(amount), at=NOW)
        book.write()
