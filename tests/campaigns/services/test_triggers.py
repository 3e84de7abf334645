"""Who gets a row, once."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from analytics.models import CustomerMetrics
from analytics.services import metrics
from campaigns.models import Campaign, Message, MessageEvent
from campaigns.selectors import candidates, decisions
from campaigns.services import drafts, triggers
from cdp.core import actors
from cdp.core.leaving import Decision, Outcome
from customers.models import ContactPoint, Customer
from tests import factories
from tests.campaigns.conftest import NOW

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


def planned(campaign: Campaign) -> set[uuid.UUID]:
    return set(Message.objects.filter(campaign_id=campaign.id, state="planned").values_list("customer_id", flat=True))


def reasons(campaign: Campaign) -> dict[uuid.UUID, tuple[str, str]]:
    rows = Message.objects.filter(campaign_id=campaign.id, state="suppressed")
    return {row.customer_id: (row.reason, row.rule) for row in rows}


def test_the_lapsed_are_planned_and_the_others_are_not(make_campaign: Make, make_person: Make) -> None:
    lapsed, recent, never = make_person(days=91), make_person(days=90), make_person(days=None)
    campaign = make_campaign()
    [run] = triggers.run(now=NOW)
    assert planned(campaign) == {lapsed.id}
    assert (run.campaign, run.planned, run.suppressed) == (campaign.id, 1, 0)
    assert not Message.objects.filter(customer_id__in=[recent.id, never.id]).exists()
    row = Message.objects.get(customer_id=lapsed.id)
    assert (row.version, row.step, row.channel, row.purpose) == (1, 0, "email", "marketing")
    assert (row.due_at, row.planned_at) == (NOW, NOW)
    assert row.occurrence == f"inactive:{(NOW - dt.timedelta(days=91)).isoformat(timespec='microseconds')}"


@pytest.mark.parametrize(
    ("last", "is_lapsed"),
    [
        # Noon of 30 June in Bangkok (UTC+7): more than 90 days ago is before 1 April 00:00 there.
        (dt.datetime(2026, 3, 31, 16, 59, 59, 999_999, tzinfo=dt.UTC), True),
        (dt.datetime(2026, 3, 31, 17, 0, tzinfo=dt.UTC), False),
    ],
)
def test_days_are_counted_in_the_shops_zone(
    make_campaign: Make, make_person: Make, last: dt.datetime, is_lapsed: bool
) -> None:
    make_person(days=(NOW - last) / dt.timedelta(days=1))
    campaign = make_campaign()
    triggers.run(now=NOW)
    assert bool(planned(campaign)) is is_lapsed


@pytest.mark.parametrize("hour", range(0, 24, 5))
def test_the_cutoff_is_the_same_all_day(hour: int) -> None:
    day = dt.datetime(2026, 6, 30, hour, 30, tzinfo=timezone.get_default_timezone())
    assert candidates.cutoff(90, now=day) == dt.datetime(2026, 3, 31, 17, tzinfo=dt.UTC)


def test_running_again_plans_nothing_new(make_campaign: Make, make_person: Make) -> None:
    make_person()
    make_person(consent=False)
    campaign = make_campaign()
    triggers.run(now=NOW)
    before = list(Message.objects.order_by("id").values())
    [again] = triggers.run(now=NOW + dt.timedelta(days=3))
    assert (again.planned, again.suppressed) == (0, 0)
    assert list(Message.objects.order_by("id").values()) == before
    campaign.refresh_from_db()
    assert campaign.last_run_at == NOW + dt.timedelta(days=3)


def test_a_new_lapse_is_answered_again(make_campaign: Make, make_person: Make) -> None:
    person = make_person(days=200)
    make_campaign()
    triggers.run(now=NOW - dt.timedelta(days=100))
    factories.order(person, placed_at=NOW - dt.timedelta(days=95))
    metrics.update([person.id], NOW)
    triggers.run(now=NOW)
    assert Message.objects.filter(customer_id=person.id).count() == 2


def test_an_order_whose_metrics_are_still_being_computed_counts(make_campaign: Make, make_person: Make) -> None:
    person = make_person(days=100)
    factories.order(person, placed_at=NOW - dt.timedelta(hours=1))
    campaign = make_campaign()
    triggers.run(now=NOW)
    assert planned(campaign) == set()


def test_the_past_is_judged_by_the_facts_of_then(make_campaign: Make, make_person: Make) -> None:
    person = make_person(days=200)
    factories.order(person, placed_at=NOW - dt.timedelta(days=5))
    metrics.update([person.id], NOW)
    campaign = make_campaign()
    triggers.run(now=NOW - dt.timedelta(days=50))
    assert planned(campaign) == {person.id}
    [message] = Message.objects.all()
    assert message.occurrence.startswith(f"inactive:{(NOW - dt.timedelta(days=200)).date()}")


def test_orders_that_do_not_count_are_no_activity(make_campaign: Make, make_person: Make) -> None:
    person = make_person(days=100)
    factories.order(person, placed_at=NOW - dt.timedelta(days=2), is_counted=False)
    campaign = make_campaign()
    triggers.run(now=NOW)
    assert planned(campaign) == {person.id}


def test_who_may_not_be_written_to_has_a_row_with_the_reason(make_campaign: Make, make_person: Make) -> None:
    silent, refused = make_person(consent=None), make_person(consent=False)
    nameless = make_person(email="", external_id="no-mail")
    bounced = make_person()
    ContactPoint.objects.filter(customer_id=bounced.id, kind="email").update(bounced_at=NOW)
    campaign = make_campaign()
    [run] = triggers.run(now=NOW)
    assert run.suppressed == 4
    assert reasons(campaign) == {
        silent.id: ("never_asked", "gdpr:consent"),
        refused.id: ("denied", "gdpr:consent"),
        nameless.id: ("no_address", "house:address"),
        bounced.id: ("suppressed", "house:closed_address"),
    }


def test_sample_people_are_written_to_only_inside_this_machine(
    make_campaign: Make, make_person: Make, settings: Any
) -> None:
    person = make_person()
    Customer.objects.filter(id=person.id).update(is_sample=True)
    inside, outside = make_campaign(), make_campaign()
    triggers.run(now=NOW, campaigns=[inside.id])
    settings.EMAIL_URL = "smtp://mail.example.com"
    triggers.run(now=NOW, campaigns=[outside.id])
    assert planned(inside) == {person.id}
    assert reasons(outside) == {person.id: ("sample_person", "house:sample")}


def test_the_audience_narrows(make_campaign: Make, make_person: Make) -> None:
    thai, _korean = make_person(country="TH"), make_person(country="KR")
    rules = {
        "all": [
            {"field": "country", "op": "=", "value": "TH"},
            {"metric": "orders_count", "op": ">=", "value": 1},
            {"consent": {"purpose": "marketing", "channel": "email"}, "op": "=", "value": True},
        ]
    }
    campaign = make_campaign(audience=rules)
    triggers.run(now=NOW)
    assert planned(campaign) == {thai.id}
    assert Message.objects.count() == 1


def test_deferred_people_are_planned_for_later(
    make_campaign: Make, make_person: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = NOW + dt.timedelta(hours=8)
    decision = Decision(Outcome.DEFERRED, until=until, reason="quiet_hours", rule="pipa_kr:quiet_hours")
    monkeypatch.setattr(decisions.gate, "decide_many", lambda ids, **_: dict.fromkeys(ids, decision))
    make_person()
    make_campaign()
    triggers.run(now=NOW)
    [row] = Message.objects.all()
    assert (row.state, row.due_at, row.reason, row.rule) == ("planned", until, "quiet_hours", "pipa_kr:quiet_hours")


def test_who_never_ordered_has_a_trigger_of_its_own(make_campaign: Make, make_person: Make) -> None:
    never, _buyer = make_person(days=None), make_person(days=300)
    campaign = make_campaign(trigger={"kind": "never_ordered", "days": 399})
    triggers.run(now=NOW)
    assert planned(campaign) == {never.id}
    later = make_campaign(trigger={"kind": "never_ordered", "days": 400})
    triggers.run(now=NOW)
    assert planned(later) == set()


def test_visits_are_an_activity(make_campaign: Make, make_person: Make) -> None:
    gone, _here, _unseen = make_person(), make_person(), make_person()
    CustomerMetrics.objects.filter(customer_id=gone.id).update(last_seen_at=NOW - dt.timedelta(days=31))
    CustomerMetrics.objects.filter(customer_id=_here.id).update(last_seen_at=NOW - dt.timedelta(days=30))
    campaign = make_campaign(trigger={"kind": "inactive", "days": 30, "activity": "visit"})
    triggers.run(now=NOW)
    assert planned(campaign) == {gone.id}


def test_a_manual_campaign_reaches_everybody_once(make_campaign: Make, make_person: Make) -> None:
    first = make_person(days=1)
    campaign = make_campaign(trigger={"kind": "manual"})
    triggers.run(now=NOW)
    second = make_person(days=None)
    [run] = triggers.run(now=NOW)
    assert run.planned == 1
    assert planned(campaign) == {first.id, second.id}


def test_beat_leaves_manual_clocks_alone(make_campaign: Make, make_person: Make) -> None:
    make_person()
    by_hand = make_campaign(trigger={"kind": "inactive", "days": 90, "clock": "manual"})
    everybody = make_campaign(trigger={"kind": "manual"})
    live = make_campaign()
    assert [run.campaign for run in triggers.run(now=NOW, clock="live")] == [live.id]
    assert {run.campaign for run in triggers.run(now=NOW)} == {by_hand.id, everybody.id, live.id}


def test_drafts_and_paused_campaigns_plan_nothing(
    make_campaign: Make, make_definition: Make, make_person: Make
) -> None:
    make_person()
    drafts.create(raw=make_definition(), actor=actors.SYSTEM, at=NOW)
    paused = make_campaign()
    drafts.pause(campaign=paused.id, actor=actors.SYSTEM, at=NOW)
    assert triggers.run(now=NOW) == []
    assert not Message.objects.exists()


def test_a_new_version_does_not_write_to_the_same_lapse_again(
    make_campaign: Make, make_definition: Make, make_person: Make
) -> None:
    first = make_person()
    campaign = make_campaign()
    triggers.run(now=NOW)
    drafts.update(
        campaign=campaign.id, raw=make_definition(subject={"en": "Still there?"}), actor=actors.SYSTEM, at=NOW
    )
    second = make_person()
    triggers.run(now=NOW)
    assert dict(Message.objects.values_list("customer_id", "version")) == {first.id: 1, second.id: 2}


def test_only_known_people_are_reached(make_campaign: Make, make_person: Make) -> None:
    for status in ("anonymous", "merged", "erased", "bucket"):
        Customer.objects.filter(id=make_person().id).update(status=status)
    make_campaign()
    triggers.run(now=NOW)
    assert not Message.objects.exists()


def test_batches_cover_everybody_once(make_campaign: Make, make_person: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates.batches, "__kwdefaults__", {"size": 2})
    people = {make_person().id for _ in range(5)}
    campaign = make_campaign()
    [run] = triggers.run(now=NOW)
    assert run.planned == 5
    assert planned(campaign) == people


def sharing(make_person: Make, *days: float | None, **raw: Any) -> list[Customer]:
    """People who have one address between them."""
    people = [make_person(days=each, **raw) for each in days]
    digest = ContactPoint.objects.get(customer_id=people[0].id, kind="email").digest
    ContactPoint.objects.filter(customer_id__in=[person.id for person in people], kind="email").update(digest=digest)
    return people


SAME = ("same_address", "house:same_address")


@pytest.mark.parametrize("size", [1, 5000])
def test_people_who_share_an_address_get_one_message(
    make_campaign: Make, make_person: Make, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(candidates.batches, "__kwdefaults__", {"size": size})
    earlier, latest, oldest = sharing(make_person, 200, 100, 300)
    alone = make_person()
    campaign = make_campaign()
    [run] = triggers.run(now=NOW)
    assert (run.planned, run.suppressed) == (2, 2)
    assert planned(campaign) == {latest.id, alone.id}
    assert reasons(campaign) == {earlier.id: SAME, oldest.id: SAME}
    assert triggers.run(now=NOW)[0].planned == 0


def test_without_orders_the_oldest_record_has_the_address(make_campaign: Make, make_person: Make) -> None:
    people = sharing(make_person, None, None)
    campaign = make_campaign(trigger={"kind": "manual"})
    triggers.run(now=NOW)
    assert planned(campaign) == {min(person.id for person in people)}


def test_who_may_not_be_written_to_takes_no_address(make_campaign: Make, make_person: Make) -> None:
    refused, allowing = sharing(make_person, 95, 200)
    factories.consent(refused, granted=False, at=NOW - dt.timedelta(days=1))
    campaign = make_campaign()
    triggers.run(now=NOW)
    assert planned(campaign) == {allowing.id}
    assert reasons(campaign) == {refused.id: ("denied", "gdpr:consent")}


def test_an_address_has_one_message_until_the_days_of_the_trigger_are_over(
    make_campaign: Make, make_person: Make
) -> None:
    first, later, much_later = sharing(make_person, 95, 91, 0)
    campaign = make_campaign()
    triggers.run(now=NOW - dt.timedelta(days=2))
    assert planned(campaign) == {first.id}
    triggers.run(now=NOW)
    assert reasons(campaign) == {later.id: SAME}
    triggers.run(now=NOW + dt.timedelta(days=91))
    assert planned(campaign) == {first.id, much_later.id}


def test_another_campaign_writes_to_the_same_address(make_campaign: Make, make_person: Make) -> None:
    sharing(make_person, 95, 91)
    first, second = make_campaign(), make_campaign()
    triggers.run(now=NOW)
    assert planned(first) == planned(second) != set()


def test_one_campaign_that_cannot_run_does_not_stop_the_others(make_campaign: Make, make_person: Make) -> None:
    make_person()
    broken, fine = make_campaign(), make_campaign()
    broken.versions.update(audience={"segment": "long-gone"})
    runs = {run.campaign: run for run in triggers.run(now=NOW)}
    assert "long-gone" in runs[broken.id].problem
    assert runs[fine.id].planned == 1


def test_who_orders_before_it_is_sent_gets_none(make_campaign: Make, make_person: Make) -> None:
    returned, still_gone = make_person(), make_person()
    live = make_campaign()
    by_hand = make_campaign(trigger={"kind": "inactive", "days": 90, "clock": "manual"})
    triggers.run(now=NOW)
    factories.order(returned, placed_at=NOW + dt.timedelta(minutes=5))
    for _ in range(2):
        triggers.react([returned.id, still_gone.id], NOW + dt.timedelta(hours=1))
    assert planned(live) == {still_gone.id}
    assert reasons(live) == {returned.id: ("came_back", "house:came_back")}
    assert planned(by_hand) == {returned.id, still_gone.id}
    assert list(MessageEvent.objects.values_list("kind", "detail")) == [("suppressed", "came_back")]


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_write_each_row_once(make_campaign: Make, make_person: Make) -> None:
    people = {make_person().id for _ in range(20)}
    campaign = make_campaign()
    start = threading.Barrier(3)
    totals: list[int] = []

    def work() -> None:
        try:
            start.wait(60)
            totals.extend(run.planned for run in triggers.run(now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(totals) == 20
    assert planned(campaign) == people
    assert Message.objects.count() == 20


@pytest.mark.parametrize("days", [100, None], ids=["inactive", "never_ordered"])
def test_who_orders_while_a_large_audience_is_planned_gets_no_row(
    make_campaign: Make, make_person: Make, monkeypatch: pytest.MonkeyPatch, days: float | None
) -> None:
    returned, still_gone = make_person(days=days), make_person(days=days)
    asked = candidates.batches

    def ordering_meanwhile(*args: Any, **kwargs: Any) -> Any:
        for batch in asked(*args, **kwargs):
            factories.order(returned, placed_at=NOW - dt.timedelta(seconds=1))
            yield batch

    monkeypatch.setattr(candidates, "batches", ordering_meanwhile)
    trigger = {"kind": "inactive", "days": 90} if days else {"kind": "never_ordered", "days": 90}
    make_campaign(trigger=trigger)
    [run] = triggers.run(now=NOW)
    assert (run.planned, run.suppressed) == (1, 0)
    assert [message.customer_id for message in Message.objects.all()] == [still_gone.id]
