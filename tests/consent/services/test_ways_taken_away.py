"""A way by which a purpose is asked for no more carries nothing, and a "no" about it can always be said."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from cdp.core import actors
from consent.models import ConsentRecord, ConsentState, Purpose
from consent.services import gate, grants, objecting, preferences, purposes, subscriptions
from consent.services.links import Subscription
from tests import factories

pytestmark = pytest.mark.django_db


def arrange(*channels: str, is_active: bool = True) -> None:
    purposes.arrange(
        key="marketing", channels=channels, night=None, is_active=is_active, lapses_after=None,
        actor=actors.SYSTEM, at=timezone.now(),
    )  # fmt: skip


def may(customer: uuid.UUID) -> set[bool]:
    """What one, the condition of an audience and the reasons of a dry run say: the same."""
    at = timezone.now()
    condition, params = gate.allowed_condition("marketing", "email", "c", at=at)
    why = gate.denials("marketing", "email", "c", at=at)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {condition} FROM customers_customer c WHERE c.id = %s", [*params, customer])
        by_condition = cursor.fetchone()[0]
        cursor.execute(
            f"SELECT {why.reason} FROM customers_customer c {why.join} WHERE c.id = %(who)s",
            {**why.params, "who": customer},
        )
        reason = cursor.fetchone()[0]
    one = gate.decide(customer=customer, purpose="marketing", channel="email", at=at)
    assert one.reason == reason
    return {one.is_allowed, by_condition}


@pytest.mark.parametrize("is_active", [True, False])
def test_what_is_not_asked_for_any_more_is_not_used(say: Callable[..., ConsentRecord], is_active: bool) -> None:
    ann = factories.customer(email="ann@example.com")
    say(ann.id, at=timezone.now())
    assert may(ann.id) == {True}
    arrange(*(["sms"] if is_active else ["email"]), is_active=is_active)
    assert may(ann.id) == {False}
    if is_active:
        with pytest.raises(grants.UnableToRecord):
            say(ann.id, at=timezone.now())
    arrange("email")
    assert may(ann.id) == {True}


def test_advertising_that_is_out_of_use_has_no_nights(say: Callable[..., ConsentRecord]) -> None:
    ann = factories.customer(phone="+821012345678", country="KR")
    night = dt.datetime(2026, 6, 30, 14, tzinfo=dt.UTC)  # 23:00 in Seoul
    for purpose in ("marketing", "marketing_night"):
        say(ann.id, purpose=purpose, channel="sms", at=night - dt.timedelta(days=1))
    asked = {"customer": ann.id, "purpose": "marketing", "channel": "sms", "at": night}
    given = {"key": "marketing", "channels": ["sms"], "lapses_after": None, "actor": actors.SYSTEM, "at": night}
    for is_active in (True, False):
        purposes.arrange(night=["sms"], is_active=is_active, **given)
        assert gate.decide(**asked).is_allowed is is_active
        assert Purpose.objects.get(key="marketing_night").is_active is is_active


@pytest.mark.parametrize("way", ["link", "object", "withdraw", "everything"])
def test_a_no_about_a_way_that_was_taken_away_is_written_and_holds_when_it_comes_back(
    say: Callable[..., ConsentRecord], way: str
) -> None:
    ann = factories.customer(email="ann@example.com")
    say(ann.id, at=timezone.now())
    arrange("sms")
    told = {"source": "shop", "actor": actors.CUSTOMER, "at": timezone.now()}
    if way == "link":
        subscriptions.stop(Subscription(ann.id, "marketing", "email"), at=timezone.now(), evidence={})
    elif way == "object":
        objecting.object_(customer=ann.id, **told)
    elif way == "withdraw":
        objecting.withdraw(customer=ann.id, **told)
    else:
        preferences.withdraw_all(ann.id, [], words={}, language="en", shown_at=None, proof={}, at=timezone.now())
    assert not ConsentState.objects.get(customer=ann, channel="email").is_granted
    arrange("email")
    assert may(ann.id) == {False}


@pytest.mark.parametrize("way", ["withdraw", "everything"])
def test_stopping_everything_leaves_what_a_contract_owes(say: Callable[..., ConsentRecord], way: str) -> None:
    """Codes, receipts and the answer to this very wish must arrive."""
    ann, at = factories.customer(email="ann@example.com"), timezone.now()
    say(ann.id, at=at)
    say(ann.id, at=at, purpose="service")
    if way == "withdraw":
        objecting.withdraw(customer=ann.id, source="shop", actor=actors.CUSTOMER, at=at)
    else:
        preferences.withdraw_all(ann.id, [], words={}, language="en", shown_at=None, proof={}, at=at)
    states = dict(ConsentState.objects.filter(customer=ann).values_list("purpose", "is_granted"))
    # Everything is also what rests on no word: the law of this shop lets it use what is known until somebody objects.
    others = {"profiling": False} if way == "everything" else {}
    assert states == {"marketing": False, "service": True, **others}
    assert gate.decide(customer=ann.id, purpose="service", channel="email", at=timezone.now()).is_allowed
