"""Who has ordered since gets no win-back, whatever the metrics know."""

import datetime as dt
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from typing import Any

import pytest

from campaigns.models import Message, MessageEvent
from campaigns.services import sending, triggers
from tests import factories
from tests.campaigns.conftest import NOW

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
Outbox = Callable[[], Mapping[str, EmailMessage]]
LATER = NOW + dt.timedelta(minutes=2)


@pytest.mark.parametrize("trigger", [{"kind": "inactive", "days": 90}, {"kind": "never_ordered", "days": 90}])
def test_who_ordered_after_planning_gets_no_win_back_before_any_metric_knows(
    make_campaign: Make, make_person: Make, outbox: Outbox, trigger: Mapping[str, Any]
) -> None:
    days = 100 if trigger["kind"] == "inactive" else None
    returned, still_gone, later, unpaid = (make_person(days=days) for _ in range(4))
    make_campaign(trigger=trigger)
    triggers.run(now=NOW)
    factories.order(returned, placed_at=LATER)
    factories.order(later, placed_at=LATER + dt.timedelta(seconds=1))
    factories.order(unpaid, placed_at=LATER, is_counted=False)
    assert sending.send_due(now=LATER).counts == {"suppressed": 1, "sent": 3}
    stopped = Message.objects.get(customer_id=returned.id)
    assert (stopped.state, stopped.reason, stopped.rule) == ("suppressed", "came_back", "house:came_back")
    assert MessageEvent.objects.get(message_id=stopped.id).detail == "came_back"
    sent = Message.objects.filter(state="sent").values_list("customer_id", flat=True)
    assert set(sent) == {still_gone.id, later.id, unpaid.id}


@pytest.mark.parametrize(
    "trigger",
    [{"kind": "inactive", "days": 90, "clock": "manual"}, {"kind": "manual"}],
    ids=["a moment of its own", "everybody"],
)
def test_an_order_stops_nothing_that_wins_nobody_back_now(
    make_campaign: Make, make_person: Make, outbox: Outbox, trigger: Mapping[str, Any]
) -> None:
    person = make_person()
    make_campaign(trigger=trigger)
    triggers.run(now=NOW)
    factories.order(person, placed_at=LATER)
    assert sending.send_due(now=LATER).counts == {"sent": 1}
