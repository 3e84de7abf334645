"""The counts of a dry run are those of the run, and they come in time."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from psycopg import errors

from campaigns.models import Campaign, Message
from campaigns.selectors import definitions, tallies
from campaigns.services import triggers
from cdp.core import patience
from customers.models import ContactPoint, Customer
from customers.selectors import samples
from tests import factories
from tests.campaigns.conftest import NOW

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
COUNTRIES = ("TH", "KR", "DE", "US", "")


def crowd(make_person: Make, luck: random.Random, size: int) -> list[Customer]:
    """People of all kinds; some share an address, some addresses bounced, some have two."""
    people = []
    for _ in range(size):
        person = make_person(
            days=luck.choice([None, 3, 95, 120.5, 200, 400]),
            consent=luck.choice([None, True, True, True, False]),
            country=luck.choice(COUNTRIES),
            **({"email": "", "external_id": f"x{luck.random()}"} if luck.random() < 0.1 else {}),
        )
        if luck.random() < 0.2:
            factories.consent(person, granted=False, at=NOW - dt.timedelta(days=1))
        Customer.objects.filter(id=person.id).update(is_sample=luck.random() < 0.1)
        contact = ContactPoint.objects.filter(customer_id=person.id, kind="email")
        first, second = luck.sample(range(6), 2)
        if luck.random() < 0.5:
            contact.update(digest=f"shared {first}".encode())
        if luck.random() < 0.1:
            contact.update(bounced_at=NOW)
        if luck.random() < 0.2:
            verified = luck.choice([None, NOW])
            ContactPoint.objects.create(
                customer_id=person.id,
                kind="email",
                value=b"sealed",
                digest=f"shared {second}".encode(),
                source="elsewhere",
                verified_at=verified,
                created_at=NOW,
            )
        people.append(person)
    return people


def written(campaign: Campaign, *, since: dt.datetime) -> tuple[int, Counter[tuple[str, str]]]:
    """What a run planned, and what it held back by reason and rule."""
    rows = Message.objects.filter(campaign_id=campaign.id, planned_at=since, step=0)
    held = Counter(rows.filter(state="suppressed").values_list("reason", "rule"))
    return rows.filter(state="planned").count(), held


@pytest.mark.parametrize(
    ("trigger", "purpose", "law", "seed"),
    [
        ({"kind": "inactive", "days": 90}, "marketing", "gdpr", 1),
        ({"kind": "never_ordered", "days": 30}, "marketing", "pipa_kr", 2),
        pytest.param({"kind": "manual"}, "marketing", "pdpa_th", 3, marks=pytest.mark.long),
        pytest.param({"kind": "manual"}, "service", "gdpr", 4, marks=pytest.mark.long),
        pytest.param({"kind": "inactive", "days": 100}, "service", "pipa_kr", 5, marks=pytest.mark.long),
    ],
)
def test_a_dry_run_and_the_run_agree_on_everybody(
    make_campaign: Make,
    make_person: Make,
    settings: Any,
    trigger: dict[str, Any],
    purpose: str,
    law: str,
    seed: int,
) -> None:
    settings.CDP_JURISDICTION = law
    settings.EMAIL_URL = "smtp://mail.example.com"
    luck = random.Random(seed)
    campaign = make_campaign(trigger=trigger, purpose=purpose)
    # The second time some have their message, and the addresses they had it at are taken.
    for now in (NOW, NOW + dt.timedelta(days=7)):
        crowd(make_person, luck, 40)
        told = tallies.of(definitions.current(campaign), now=now, campaign=campaign.id)
        triggers.run(now=now)
        planned, held = written(campaign, since=now)
        assert (told.planned, told.by_rule) == (planned, held)
        assert told.eligible == planned + held.total()
        getting = Message.objects.filter(campaign_id=campaign.id, planned_at=now, state="planned")
        assert set(told.sample) <= set(getting.values_list("customer_id", flat=True))
        assert len(told.sample) == min(planned, tallies.SAMPLE)
        assert planned
        assert held


def too_slow(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
    """The judging of everybody, as if it took longer than it may."""
    if "WITH candidate" in sql and "ids" not in params:
        sql, params = "SELECT pg_sleep(60)", None
    return execute(sql, params, many, context)


def all_too_slow(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
    """All judging, as if it took longer than it may."""
    if "WITH candidate" in sql:
        sql, params = "SELECT pg_sleep(60)", None
    return execute(sql, params, many, context)


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_customer")


def limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


def test_where_judging_all_takes_too_long_people_at_random_are_judged(
    make_campaign: Make, make_person: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = {make_person().id for _ in range(3)}
    make_person(consent=None)
    campaign = make_campaign()
    monkeypatch.setattr(tallies, "MILLISECONDS", 1)
    analyse()
    with connection.execute_wrapper(too_slow):
        found = tallies.of(definitions.current(campaign), now=NOW, campaign=campaign.id)
    assert found.is_estimate
    assert (found.eligible, found.planned, found.suppressed) == (4, 3, {"never_asked": 1})
    assert set(found.sample) == people
    assert limit() == "0"


@pytest.mark.parametrize("is_analysed", [True, False], ids=["analysed", "not analysed since it was filled"])
@pytest.mark.parametrize("consent", [True, None])
def test_each_person_judged_stands_for_as_many_as_were_not(
    make_campaign: Make,
    make_person: Make,
    monkeypatch: pytest.MonkeyPatch,
    consent: bool | None,
    is_analysed: bool,
) -> None:
    campaign = make_campaign()
    analyse()
    for _ in range(6):
        make_person(consent=consent)
    if is_analysed:
        analyse()
        monkeypatch.setattr(tallies, "JUDGED", 2)
    monkeypatch.setattr(tallies, "MILLISECONDS", 1)
    # Two known people instead of whole pages, on which the shop's own records are too.
    drawn = "SELECT id, TRUE FROM customers_customer WHERE status = 'known' ORDER BY id LIMIT 2"
    monkeypatch.setattr(samples, "_AT_RANDOM", drawn)
    with connection.execute_wrapper(too_slow):
        found = tallies.of(definitions.current(campaign), now=NOW, campaign=campaign.id)
    total = Customer.objects.count()
    assert total > 2
    assert found.eligible == total
    assert (found.planned, found.suppressed) == ((total, {}) if consent else (0, {"never_asked": total}))


def test_an_estimate_that_takes_too_long_as_well_is_given_up(
    make_campaign: Make, make_person: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_person()
    campaign = make_campaign()
    monkeypatch.setattr(tallies, "MILLISECONDS", 1)
    monkeypatch.setattr(tallies, "ESTIMATE_MILLISECONDS", 50)
    with connection.execute_wrapper(all_too_slow), pytest.raises(patience.TookTooLong):
        tallies.of(definitions.current(campaign), now=NOW, campaign=campaign.id)
    assert limit() == "0"


def test_a_fault_that_is_no_lack_of_time_is_not_answered_by_an_estimate(
    make_campaign: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = make_campaign()
    monkeypatch.setattr(tallies, "_VERDICTS", "SELECT 1 / 0")
    with pytest.raises(Exception, match="division") as fault:
        tallies.of(definitions.current(campaign), now=NOW, campaign=None)
    assert isinstance(fault.value.__cause__, errors.DivisionByZero)
