"""`/voice/`: what waits for an answer, and who finds it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from surveys.models import Review
from surveys.selectors import review_queue
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


def test_stars_without_words_wait_for_nobody_and_the_mean_says_of_how_many(client):
    who = factories.customer(email="writer@example.com")
    now = timezone.now()
    reviews.write_many(
        reviews=[
            told("1", 5, customer=who.id),
            told("2", 4),
            told("3", 5, customer=who.id, title="Lovely"),
            told("4", 3, customer=who.id),
            told("5", 1, customer=who.id, body="Cold"),
        ],
        source="shop",
        now=now,
    )
    waiting = review_queue.listed(review_queue.Filters(state=review_queue.WAITING))
    assert set(waiting.values_list("external_id", flat=True)) == {"3", "4", "5"}
    assert {row.external_id for row in Review.objects.all() if row.waits} == {"3", "4", "5"}
    rated = review_queue.stars(review_queue.Filters())
    assert (rated.mean, rated.number, rated.is_all) == (Decimal("3.6"), 5, True)
    assert [(whole, count) for whole, count, _share in rated.bars] == [(5, 2), (4, 1), (3, 1), (2, 0), (1, 1)]
    assert review_queue.stars(review_queue.Filters(sku="none")) is None
    client.force_login(factories.staff("viewer"))
    shown = client.get("/voice/?stars=high").content.decode()
    assert "mean of 3 reviews with stars" in shown
    assert "4.7" in shown
