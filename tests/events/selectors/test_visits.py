"""What the customer's page says of somebody's visits."""

import datetime as dt

import pytest
from django.utils import timezone

from cdp.core import pipeline
from events.services import recording
from tests import factories

pytestmark = pytest.mark.django_db


def seen(who, *, is_bot: bool) -> None:
    row = recording.EventRow(
        customer=who.id,
        kind="page",
        name="Home",
        source="web",
        message_id=f"m-{is_bot}",
        occurred_at=timezone.now() - dt.timedelta(hours=1),
        properties={"$context": {"bot": True}} if is_bot else {},
        is_bot=is_bot,
    )
    recording.record_many([row], now=timezone.now())
    pipeline.drain_all(now=timezone.now())


def test_of_whom_only_a_robot_came_the_page_says_so_instead_of_nothing(client):
    who = factories.customer(name="Mali Suksai")
    client.force_login(factories.staff("steward"))

    def page() -> str:
        return client.get(f"/customers/{who.id}/").content.decode()

    assert "What robots do is no visit." not in page()
    seen(who, is_bot=True)
    assert "What robots do is no visit." in page()
    seen(who, is_bot=False)
    assert "<dt>Last visit</dt>" in page()
    assert "What robots do is no visit." not in page()
