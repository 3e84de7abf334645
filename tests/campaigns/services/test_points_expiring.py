"""Messages before points end: once for all that ends, again for what ends later, never of what was spent meanwhile."""

from datetime import timedelta
from decimal import Decimal

import pytest

from analytics.services import metrics
from campaigns.models import Message
from campaigns.rules import definition
from campaigns.selectors import endings, tallies
from campaigns.services import sending, triggers
from cdp.core.actors import SYSTEM
from loyalty.models import Member
from loyalty.services import giving, holds
from loyalty.services.tills import Asked
from tests.campaigns.conftest import NOW
from tests.loyalty.programmes import BEGIN, publish

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TRIGGER = {"kind": "points_expiring", "days": 14, "minimum": 20}


@pytest.fixture
def member(make_person):
    """Somebody who takes part, with points given so many days ago; they end 60 days later."""
    publish(wallets={"points": {"expiry": {"kind": "fixed", "days": 60}}})

    def make(*given, **person):
        found = make_person(**person)
        Member.objects.create(customer=found, joined_at=BEGIN, how=Member.How.STAFF)
        for ago, amount in given:
            giving.give(Asked(found.id, SYSTEM, NOW - ago * DAY, "till"), Decimal(amount))
        metrics.update([found.id], NOW)
        return found

    return make


def occurrences(who):
    return list(Message.objects.filter(customer_id=who.id).order_by("id").values_list("occurrence", flat=True))


def test_whose_points_end_in_these_days_get_one_message(make_campaign, member):
    ann, few, later, none = member((50, 10), (47, 15)), member((50, 19)), member((45, 100)), member()
    campaign = make_campaign(trigger=TRIGGER)
    assert tallies.of(definition.parse({**RAW, "trigger": TRIGGER}), now=NOW, campaign=campaign.id).planned == 1
    [run] = triggers.run(now=NOW)
    assert (run.planned, run.suppressed) == (1, 0)
    assert not any(occurrences(one) for one in (few, later, none))
    # Noon in Bangkok; both lots end at a midnight there, the first after 10 days.
    assert occurrences(ann) == ["points-expiring:2026-07-10T17:00:00.000000+00:00"]
    assert triggers.run(now=NOW + DAY)[0].planned == 1  # of the 100, which come into sight
    assert [len(occurrences(one)) for one in (ann, few, later)] == [1, 0, 1]
    assert triggers.run(now=NOW + 12 * DAY)[0].planned == 0  # the first has ended, the second was told of


def test_what_comes_into_sight_later_is_told_of_again(make_campaign, member):
    ann = member((50, 30), (20, 40))
    make_campaign(trigger=TRIGGER)
    for days in (0, 5, 25, 26, 27, 30):
        triggers.run(now=NOW + days * DAY)
    assert occurrences(ann) == [
        "points-expiring:2026-07-10T17:00:00.000000+00:00",
        "points-expiring:2026-08-09T17:00:00.000000+00:00",
    ]


def test_nothing_is_said_of_points_that_were_spent_before_it_was_sent(make_campaign, member, outbox):
    spent, kept = member((50, 30), email="spent@example.com"), member((50, 30), (1, 70), email="kept@example.com")
    body = "{{ metrics.points_ending }} of {{ metrics.points_balance }} until {{ metrics.points_ending_on }}"
    make_campaign(trigger=TRIGGER, body={"en": body})
    triggers.run(now=NOW)
    holds.redeem(Asked(spent.id, SYSTEM, NOW, "till"), Decimal(15))
    tally = sending.send_due(now=NOW + timedelta(minutes=5))
    assert (tally.counts["sent"], tally.counts["suppressed"]) == (1, 1)
    [mail] = outbox().values()
    assert mail["To"] == "Mali Srisuk <kept@example.com>"
    assert "30 of 100 until July 10, 2026" in mail.get_body(("plain",)).get_content()
    row = Message.objects.get(customer_id=spent.id)
    assert (row.state, row.reason, row.rule) == ("suppressed", endings.KEPT, endings.RULE)
    assert Message.objects.get(customer_id=kept.id).state == "sent"


def test_programmes_ask_whether_a_campaign_tells_of_it(make_campaign, member):
    member()
    assert not endings.are_told_of()
    make_campaign(trigger={**TRIGGER, "clock": "manual"})
    assert not endings.are_told_of()
    make_campaign(trigger=TRIGGER)
    assert endings.are_told_of()


RAW = {
    "name": "Ending",
    "audience": {"all": []},
    "steps": [
        {"kind": "message", "channel": "email", "template": {"subject": {"en": "Soon"}, "body": {"en": "Hello"}}}
    ],
}


@pytest.mark.parametrize("minimum", [0, -1, 1.5, True, "5", None])
def test_only_whole_points_are_a_minimum(minimum):
    with pytest.raises(definition.InvalidDefinition) as found:
        definition.parse({**RAW, "trigger": {**TRIGGER, "minimum": minimum}})
    assert [problem.pointer for problem in found.value.problems] == ["/trigger/minimum"]


def test_it_reads_back_as_it_was_written():
    parsed = definition.parse({**RAW, "trigger": TRIGGER})
    assert definition.as_json(parsed)["trigger"] == {**TRIGGER, "clock": "live"}
    assert definition.parse(definition.as_json(parsed)) == parsed
