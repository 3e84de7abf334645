"""The link in a message, beside clocks that run ahead."""

import datetime as dt
from collections.abc import Callable

import pytest

from consent.models import ConsentRecord, ConsentState
from consent.services import subscriptions
from consent.services.links import Subscription
from customers.models import Customer
from tests import factories
from tests.consent.conftest import NOW

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def customer(say: Callable[..., ConsentRecord]) -> Customer:
    """Somebody whose grant was dated four minutes ahead."""
    person = factories.customer()
    say(person.id, at=NOW + 4 * MINUTE, now=NOW)
    return person


def test_stopping_twice_withdraws_once_whatever_the_grants_clock_said(customer: Customer) -> None:
    link = Subscription(customer.id, "marketing", "email")
    first = subscriptions.stop(link, at=NOW + MINUTE, evidence={})
    assert first is not None
    assert first.status == "withdrawn"
    assert not ConsentState.objects.get(customer=customer).is_granted
    assert subscriptions.stop(link, at=NOW + 2 * MINUTE, evidence={}) == first


def test_undoing_holds_although_the_withdrawal_stands_behind_a_grant_dated_ahead(customer: Customer) -> None:
    link = Subscription(customer.id, "marketing", "email")
    first = subscriptions.stop(link, at=NOW + MINUTE, evidence={})
    assert first is not None
    subscriptions.resume(link, withdrawal=first.id, at=NOW + 2 * MINUTE, evidence={})
    assert ConsentState.objects.get(customer=customer).is_granted
    subscriptions.stop(link, at=NOW + 3 * MINUTE, evidence={})
    assert not ConsentState.objects.get(customer=customer).is_granted
