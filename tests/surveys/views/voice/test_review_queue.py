"""`/voice/`: what waits for an answer, and who finds it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from surveys.services import reviews
from surveys.services.reviews import ReviewInput
from tests import factories

pytestmark = pytest.mark.django_db


def told(number: str, stars: int, **others):
    now = timezone.now()
    return ReviewInput(external_id=number, sku="TEA-1", rating=Decimal(stars), at=now, told_at=now, **others)


def test_the_queue_shows_what_waits_and_finds_low_stars(client):
    who = factories.customer(email="writer@example.com", name="Somchai Jaidee")
    now = timezone.now()
    reviews.write_many(
        reviews=[
            told("1", 1, customer=who.id, title="Cold", body="<b>It came cold</b>"),
            told("2", 5, customer=who.id, body="Lovely cup", replied_at=now - dt.timedelta(hours=1)),
            told("3", 3),
        ],
        source="shop",
        now=now,
    )
    client.force_login(factories.staff("viewer"))

    everything = client.get("/voice/").content.decode()
    assert "It came cold" in everything
    assert "<b>It came cold" not in everything
    assert "Lovely cup" in everything
    assert "Not told who" in everything

    waiting = client.get("/voice/?state=waiting&stars=low").content.decode()
    assert "It came cold" in waiting
    assert "Lovely cup" not in waiting
    assert "Not told who" not in waiting

    assert "No review passes these filters" in client.get("/voice/?sku=none").content.decode()
    assert client.get("/voice/?older=x").status_code == 404
