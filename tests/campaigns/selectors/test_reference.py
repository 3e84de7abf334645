"""Inactivity on real transactions: exactly the people an independent script found."""

import csv
import datetime as dt
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from analytics.services import metrics
from campaigns.models import Message
from campaigns.services import triggers
from cdp.core import ids
from commerce.models import Order
from consent.models import ConsentState
from customers.models import ContactPoint, Customer

FOLDER = Path(__file__).parents[3] / ".." / "shared" / "data" / "online_retail_uci"
LAST_MOMENT = dt.datetime(2011, 12, 9, 23, 59, tzinfo=timezone.get_default_timezone())

pytestmark = [
    pytest.mark.long,
    pytest.mark.django_db,
    pytest.mark.skipif(not FOLDER.exists(), reason="the real transactions are not beside this checkout"),
]


def reference(name: str) -> list[dict[str, str]]:
    with gzip.open(FOLDER / name, "rt", newline="") as file:
        return list(csv.DictReader(file))


def test_the_win_back_plans_the_reference_list(make_campaign: Callable[..., Any]) -> None:
    buyers = {
        row["customer_id"]: (ids.uuid7(), row["last_purchase"]) for row in reference("reference_rfm_customers.csv.gz")
    }
    begin = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)
    Customer.objects.bulk_create(
        [Customer(id=key, status="known", created_at=begin, updated_at=begin) for key, _ in buyers.values()]
    )
    ContactPoint.objects.bulk_create(
        [
            ContactPoint(customer_id=key, kind="email", value=b"sealed", digest=key.bytes, created_at=begin)
            for key, _ in buyers.values()
        ]
    )
    ConsentState.objects.bulk_create(
        [
            ConsentState(
                customer_id=key,
                purpose="marketing",
                channel="email",
                is_granted=not number.endswith("7"),
                status="denied" if number.endswith("7") else "given",
                at=begin,
                record_id=key,
            )
            for number, (key, _) in buyers.items()
        ]
    )
    Order.objects.bulk_create(
        [
            Order(
                customer_id=key,
                source="retail",
                external_id=number,
                placed_at=timezone.make_aware(dt.datetime.fromisoformat(last)),
                currency="GBP",
                amount=1,
                created_at=begin,
                updated_at=begin,
            )
            for number, (key, last) in buyers.items()
        ]
    )
    with connection.cursor() as cursor:
        # Nobody else can see these rows yet, so the planner would go by what an earlier test left: next to nothing.
        cursor.execute("ANALYZE customers_customer, customers_contactpoint, consent_consentstate, commerce_order")
    metrics.update([key for key, _ in buyers.values()], LAST_MOMENT)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE analytics_customermetrics")
    campaign = make_campaign(trigger={"kind": "inactive", "days": 90, "clock": "manual"})
    [run] = triggers.run(now=LAST_MOMENT)

    inactive = {row["customer_id"] for row in reference("reference_inactive_90d_customers.csv.gz")}
    denied = {number for number in inactive if number.endswith("7")}
    states = dict(Message.objects.filter(campaign_id=campaign.id).values_list("customer_id", "state"))
    found = {number: states[key] for number, (key, _) in buyers.items() if key in states}
    assert set(found) == inactive
    assert {number for number, state in found.items() if state == "suppressed"} == denied
    assert (run.planned, run.suppressed) == (len(inactive - denied), len(denied))
    [again] = triggers.run(now=LAST_MOMENT)
    assert (again.planned, again.suppressed) == (0, 0)
