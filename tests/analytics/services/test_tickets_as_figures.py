"""Tickets as figures of their customers, and the segment of whom to call before they leave."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from analytics.selectors import metrics as reading
from analytics.services import metrics
from cdp.core import actors
from surveys.services.tickets import opening, working
from tests import factories

pytestmark = pytest.mark.django_db


def test_who_waits_and_was_dissatisfied_is_a_segment(client: Client):
    now = timezone.now()
    people = {name: factories.customer(email=f"{name}@example.com").id for name in ("waits", "glad", "never")}
    told = (("waits", 3, 2), ("waits", 100, 5), ("waits", 1, None), ("glad", 91, 5), ("glad", 90, None))
    for number, (name, days, stars) in enumerate(told):
        ticket = opening.open_ticket(
            customer_id=people[name], channel="email", topic="delivery", words="Where?", source="shop",
            external_id=str(number), at=now - dt.timedelta(days=days), actor=actors.SYSTEM,
        )  # fmt: skip
        about = {"customer": ticket.customer_id, "ticket": ticket.id, "actor": actors.SYSTEM}
        if stars:
            done = now - dt.timedelta(days=days) + dt.timedelta(hours=2)
            working.resolve(**about, at=done)
            working.record_rating(**about, at=done, stars=stars, words="")
    metrics.update(list(people.values()), now)
    found = reading.of_many(list(people.values()), now)
    names = ("tickets_open", "tickets_90d", "last_satisfaction")
    assert {name: tuple(found[who][one] for one in names) for name, who in people.items()} == {
        "waits": (1, 2, 2),
        "glad": (1, 1, 5),
        "never": (0, 0, None),
    }
    _key, key = factories.api_key()

    def count(*rules: dict) -> int:
        return client.post(
            "/api/v1/segments/preview", {"rules": {"all": rules}}, content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {key}",
        ).json()["count"]  # fmt: skip

    dissatisfied = {"metric": "last_satisfaction", "op": "<=", "value": 2}
    assert count(dissatisfied, {"metric": "tickets_open", "op": ">", "value": 0}) == 1
    assert count({"metric": "tickets_90d", "op": ">=", "value": 1}) == 2
    assert count({"metric": "tickets_90d", "op": "=", "value": 0}) == 1
