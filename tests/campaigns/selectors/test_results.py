"""The arithmetic of results."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from campaigns.models import Message, MessageEvent
from campaigns.selectors import results
from campaigns.services import sending, triggers
from consent.models import ConsentRecord
from customers.models import Customer
from tests import factories
from tests.campaigns.conftest import NOW

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
SENT = NOW + dt.timedelta(minutes=1)


def event(message: Message, kind: str) -> None:
    MessageEvent.objects.create(
        customer_id=message.customer_id, message=message, campaign_id=message.campaign_id, kind=kind, at=SENT
    )


def test_every_message_is_counted_where_it_ended(make_campaign: Make, make_person: Make, outbox: Any) -> None:
    buyers = [make_person() for _ in range(5)]
    make_person(consent=None)
    make_person(consent=False)
    make_person(email="", external_id="x")
    campaign = make_campaign()
    make_campaign()  # another one, whose messages are not counted here
    triggers.run(now=NOW)
    before = results.of(campaign.id)
    assert (before.eligible, before.planned, before.waiting, before.sent) == (8, 5, 5, 0)
    assert before.suppressed == {"denied": 1, "never_asked": 1, "no_address": 1}

    factories.consent(buyers[0], granted=False)
    Message.objects.filter(customer_id=buyers[1].id).update(due_at=NOW + dt.timedelta(days=1))
    sending.send_due(now=SENT)
    opened = Message.objects.get(customer_id=buyers[2].id, campaign_id=campaign.id)
    for kind in ("opened", "opened", "clicked"):
        event(opened, kind)

    after = results.of(campaign.id)
    assert (after.eligible, after.planned, after.waiting, after.sent, after.failed) == (8, 5, 1, 3, 0)
    assert after.suppressed == {"denied": 2, "never_asked": 1, "no_address": 1}
    assert after.suppressed_later == {"denied": 1}
    assert (after.opened, after.clicked) == (1, 1)
    assert after.eligible == after.planned + sum(after.suppressed.values()) - sum(after.suppressed_later.values())
    assert after.planned == after.waiting + after.sent + after.failed + sum(after.suppressed_later.values())


@pytest.mark.parametrize(
    ("days", "is_counted", "converted"),
    [(-1, True, 0), (0.001, True, 1), (6.9, True, 1), (7.1, True, 0), (2, False, 0)],
)
def test_who_ordered_within_a_week_after_the_message_is_converted(
    make_campaign: Make,
    make_person: Make,
    outbox: Any,
    *,
    days: float,
    is_counted: bool,
    converted: int,
) -> None:
    person = make_person()
    campaign = make_campaign()
    triggers.run(now=NOW)
    sending.send_due(now=SENT)
    for _ in range(2):
        factories.order(person, placed_at=SENT + dt.timedelta(days=days), is_counted=is_counted)
    assert results.of(campaign.id).converted == converted


def test_who_got_no_message_is_not_converted(make_campaign: Make, make_person: Make) -> None:
    person: Customer = make_person(consent=None)
    campaign = make_campaign()
    triggers.run(now=NOW)
    factories.order(person, placed_at=NOW + dt.timedelta(days=1))
    assert results.of(campaign.id).converted == 0


def test_a_campaign_that_never_ran_has_only_zeros(make_campaign: Make) -> None:
    found = results.of(make_campaign().id).as_json()
    assert found.pop("conversion_window_days") == 7
    assert set(map(str, found.values())) == {"0", "{}"}


def withdrawal(person: Customer, *, at: dt.datetime, method: str, purpose: str = "marketing") -> None:
    ConsentRecord.objects.create(
        customer=person,
        purpose=purpose,
        channel="email",
        status="withdrawn",
        at=at,
        recorded_at=at,
        source="shop",
        method=method,
        actor_kind="customer",
    )


def test_who_took_the_permission_back_by_the_link_of_a_message_is_counted(
    make_campaign: Make, make_person: Make, outbox: Any
) -> None:
    soon, late, other, elsewhere = (make_person() for _ in range(4))
    campaign = make_campaign()
    triggers.run(now=NOW)
    sending.send_due(now=SENT)
    withdrawal(soon, at=SENT + dt.timedelta(days=2), method="unsubscribe")
    withdrawal(late, at=SENT + dt.timedelta(days=9), method="unsubscribe")
    withdrawal(other, at=SENT + dt.timedelta(days=2), method="staff")
    withdrawal(elsewhere, at=SENT + dt.timedelta(days=1), method="unsubscribe", purpose="profiling")
    found = results.of(campaign.id)
    assert (found.sent, found.unsubscribed) == (4, 1)
    assert found.as_json()["unsubscribed"] == 1
