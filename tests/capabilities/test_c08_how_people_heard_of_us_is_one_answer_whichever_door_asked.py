"""C8: the sign-up form, a survey and staff on the phone ask how somebody heard of the shop; a segment finds all of
them, and the visit's own trace (UTM, referrer) stands beside what was said.
"""

import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from analytics.services import membership, segments
from cdp.core import actors
from customers.models import Customer
from surveys.rules import ready
from surveys.rules.definition import written
from tests import factories, filling
from tests.surveys import asking
from tests.surveys.forms import opened

pytestmark = pytest.mark.django_db


def test_c08_one_segment_of_who_heard_of_us_from_friends(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    cache.clear()
    link = "?utm_source=line&utm_campaign=spring"
    sent = filling.send(client, "signup", link, name="Ann", email="ann@example.com", heard="friend")
    assert sent.status_code == 302, sent.context["form"].errors
    heard, why = (asking.opened(written(ready.one(name)), slug=name.replace("_", "-")) for name in ("heard", "why_us"))
    bo, cy = (
        factories.customer(name=name.title(), email=f"{name}@example.com", language="en") for name in ("bo", "cy")
    )
    with django_capture_on_commit_callbacks(execute=True):
        told = opened(client, f"/s/heard/{asking.invited(heard, bo.id)}").send(client, q__heard="friend")
        opened(client, f"/s/heard/{asking.invited(heard, cy.id)}").send(client, q__heard="walk_in")
        page = opened(client, f"/s/why-us/{asking.invited(why, cy.id)}")
        page.send(client, **{f"q__reasons__{n}": one for n, one in enumerate(("quality", "price"), 1)})
    assert "Thank you" in told.content.decode()
    names = {customer.id: customer for customer in Customer.objects.filter(status="known")}
    assert names[bo.id].tags == ["heard:friend"]
    assert "heard:walk-in" in names[cy.id].tags
    segment = segments.create(
        key="friends",
        name="Friends",
        rules={"field": "tags", "op": "contains", "value": "heard:friend"},
        actor=actors.SYSTEM,
        at=timezone.now(),
    )
    membership.refresh(segment, timezone.now())
    ann = next(row for row in names.values() if row.id not in {bo.id, cy.id})
    assert members(client, "friends") == {bo.id, ann.id}
    staff = Client()
    staff.force_login(factories.staff("steward"))
    assert "Heard of us: a friend" in staff.get(f"/customers/{bo.id}/").content.decode()
    shown = staff.get(f"/customers/{ann.id}/").content.decode()
    assert "spring" in shown
    assert "Heard of us: a friend" in shown


def members(client: Client, segment: str) -> set[uuid.UUID]:
    _key, text = factories.api_key()
    answer = client.get(f"/api/v1/segments/{segment}/members", headers={"Authorization": f"Bearer {text}"})
    return {uuid.UUID(one["id"]) for one in answer.json()["results"]}
