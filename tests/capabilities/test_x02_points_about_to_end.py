"""X2, points about to expire: told in time, once for all that ends, armed again by later ends, never of spent points."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.management import call_command

from analytics.services import metrics
from campaigns.models import Message
from campaigns.services import drafts
from cdp.core.actors import SYSTEM
from loyalty.models import Member
from loyalty.services import giving, holds, notices
from loyalty.services.tills import Asked
from tests import factories
from tests.loyalty.programmes import BEGIN, publish

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
DEFINITION = {
    "name": "Before they go",
    "purpose": "marketing",
    "trigger": {"kind": "points_expiring", "days": 7, "minimum": 50, "clock": "live"},
    "audience": {"all": [{"metric": "points_balance", "op": ">=", "value": 50}]},
    "steps": [
        {
            "kind": "message",
            "channel": "email",
            "template": {
                "subject": {"en": "{{ metrics.points_ending }} points"},
                "body": {
                    "en": "{{ metrics.points_ending }} of {{ metrics.points_balance }}, {{ metrics.points_ending_on }}"
                },
            },
        }
    ],
}


def test_sixty_days_of_a_shop_day_by_day(settings, tmp_path):
    """Points last 30 days. Every morning the commands that operators run; nothing but what they do."""
    settings.EMAIL_URL = f"file:{tmp_path}/outbox"
    publish(wallets={"points": {"expiry": {"kind": "fixed", "days": 30}}})
    people = {}
    for name in ("daily", "once", "spender", "little", "silent"):
        person = factories.customer(email=f"{name}@example.com", now=BEGIN)
        people[name] = person.id
        Member.objects.create(customer=person, joined_at=BEGIN, how=Member.How.STAFF)
        if name != "silent":
            factories.consent(person, granted=True, at=BEGIN)
    campaign = drafts.create(raw=DEFINITION, actor=SYSTEM, at=BEGIN)
    drafts.activate(campaign=campaign.id, actor=SYSTEM, at=BEGIN)
    begin = BEGIN + dt.timedelta(hours=3)
    for day in range(61):
        now = begin + day * DAY
        given = {"daily": 10 if day < 25 else 0, "once": 80 if day == 0 else 0, "spender": 90 if day == 0 else 0,
                 "little": 49 if day == 0 else 0, "silent": 70 if day == 0 else 0}  # fmt: skip
        for name, amount in given.items():
            if amount:
                giving.give(Asked(people[name], SYSTEM, now, "till"), Decimal(amount))
        if day == 22:
            holds.redeem(Asked(people["spender"], SYSTEM, now, "till"), Decimal(60))
        metrics.update(list(people.values()), now)
        call_command("run_triggers", "--now", now.isoformat())
        call_command("send_messages", "--now", now.isoformat())
        assert notices.put_due(now=now) == 0  # the campaign tells of it
    found = {}
    for row in Message.objects.order_by("id"):
        name = next(one for one, who in people.items() if who == row.customer_id)
        found.setdefault(name, []).append(((row.planned_at - begin).days, row.state))
    assert found == {
        "daily": [(27, "sent"), (35, "sent"), (43, "sent")],
        "once": [(23, "sent")],
        "silent": [(23, "suppressed")],
    }
