"""What merged people allow: the stricter word, at once and in every reader."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cdp.core import actors
from consent.models import ConsentRecord, ConsentState
from consent.selectors import ledger
from consent.services import gate, grants
from customers.services import merging
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def pair():
    return factories.customer(name="Ann", email="a@example.com"), factories.customer(name="Ann", phone="0812345678")


def say(customer, granted, at):
    return grants.record(
        customer=customer.id,
        purpose="marketing",
        channel="email",
        granted=granted,
        at=at,
        source="shop",
        method="test",
        actor=actors.SYSTEM,
        now=NOW + 9 * HOUR,
    )


def merge(pair):
    return merging.merge(survivor=pair[0].id, absorbed=pair[1].id, reason="steward", actor=actors.SYSTEM, at=NOW)


def is_allowed(customer):
    return gate.decide(customer=customer.id, purpose="marketing", channel="email", at=NOW).outcome == "allowed"


def test_the_absorbed_ones_refusal_stops_the_survivors_mail_at_once_until_a_later_grant(pair):
    say(pair[0], True, NOW - HOUR)
    say(pair[1], False, NOW - 2 * HOUR)
    assert is_allowed(pair[0])
    merge(pair)
    assert not is_allowed(pair[0])
    say(pair[0], True, NOW - HOUR / 2)
    assert not is_allowed(pair[0])
    say(pair[0], True, NOW + HOUR)
    assert is_allowed(pair[0])


def test_parted_people_have_their_own_word_again(pair):
    say(pair[0], True, NOW - HOUR)
    say(pair[1], False, NOW - 2 * HOUR)
    log = merge(pair)
    assert not ConsentState.objects.filter(customer=pair[1]).exists()
    merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=NOW + HOUR)
    assert is_allowed(pair[0])
    assert not is_allowed(pair[1])


def test_taking_back_what_the_absorbed_one_had_given_is_a_withdrawal(pair):
    say(pair[1], True, NOW - HOUR)
    merge(pair)
    assert say(pair[0], False, NOW + HOUR).status == ConsentRecord.Status.WITHDRAWN
    assert ledger.matrix(ledger.states([pair[0].id]), language="en").rows
    assert ledger.history([pair[0].id, pair[1].id]).count() == 2


def test_a_statement_told_again_under_either_id_is_the_one_already_there(pair):
    first = say(pair[1], False, NOW - HOUR)
    merge(pair)
    assert say(pair[1], False, NOW - HOUR).id == first.id
    assert say(pair[0], False, NOW - HOUR).id == first.id


def test_a_file_about_many_costs_as_many_statements_as_one_about_a_few():
    def costs(number):
        people = [(factories.customer(name="Ann"), factories.customer(name="Ann")) for _ in range(number)]
        for one in people:
            merge(one)
        rows = [
            grants.GrantRow(each.id, "marketing", "email", granted=True, at=NOW + HOUR, source="file")
            for one in people
            for each in one
        ]
        with CaptureQueriesContext(connection) as statements:
            grants.record_many(rows, actor=actors.SYSTEM, now=NOW + 9 * HOUR)
        return len(statements)

    assert costs(2) == costs(6)
