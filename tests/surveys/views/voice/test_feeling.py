"""What is complained of first: lists by feeling; the feeling of somebody's latest texts on their page."""

import datetime as dt

import pytest
from django.utils import timezone

from cdp.core import actors, pipeline
from customers.models import Customer
from surveys.models import Reading
from surveys.services import reviews
from surveys.services.reviews import ReviewInput
from surveys.services.tickets import telling, working
from surveys.services.tickets.telling import MessageInput, TicketInput
from tests import factories

pytestmark = pytest.mark.django_db
BAD, GOOD = "Terrible, it broke after two days and nobody answers.", "Excellent quality, I love it. Thank you so much!"


def test_lists_narrow_by_feeling_and_the_page_of_somebody_tells_theirs(client):
    ada, bob = factories.customer(email="ada@example.com"), factories.customer(email="bob@example.com")
    now = timezone.now()
    told = [
        ReviewInput(
            external_id=number, sku=sku, rating=None, at=now - dt.timedelta(days=age), told_at=now, customer=who.id, body=body
        )
        for number, sku, who, body, age in (
            ("1", "BAD-1", ada, BAD, 9), ("2", "GOOD-1", ada, GOOD, 4), ("3", "GOOD-2", bob, GOOD, 4), ("4", "MUTE-1", bob, "", 1),
        )
    ]  # fmt: skip
    reviews.write_many(reviews=told, source="shop", now=now)
    tickets = [
        TicketInput(
            customer=who.id, external_id=number, channel="email", at=now, topic="delivery", priority="normal",
            messages=[MessageInput("in", now - dt.timedelta(hours=2), said) for said in words],
        )
        for number, who, words in (("t1", ada, [BAD]), ("t2", bob, [GOOD]))
    ]  # fmt: skip
    telling.tell(tickets, source="shop")
    pipeline.drain_all(now=timezone.now())
    client.force_login(factories.staff("marketer"))

    page = client.get("/voice/?sentiment=negative").content.decode()
    assert ("BAD-1" in page, "GOOD-1" in page, "GOOD-2" in page, "MUTE-1" in page) == (True, False, False, False)
    assert "GOOD-1" in client.get("/voice/?sentiment=nonsense").content.decode()
    (mine, other) = (f"/voice/tickets/{who.id}/" for who in (ada, bob))
    page = client.get("/voice/tickets/?sentiment=negative").content.decode()
    assert (mine in page, other in page) == (True, False)
    ticket = Reading.objects.get(kind="ticket", customer_id=ada.id)
    working.say(
        customer=ada.id,
        ticket=ticket.parent_id,
        direction="in",
        words=GOOD,
        actor=actors.SYSTEM,
        at=now - dt.timedelta(hours=1),
    )
    pipeline.drain_all(now=timezone.now())
    assert mine not in client.get("/voice/tickets/?sentiment=negative").content.decode()
    assert mine in client.get("/voice/tickets/?sentiment=positive").content.decode()

    page = client.get(f"/customers/{ada.id}/").content.decode()
    assert "2 negative, 0 neutral, 2 positive" in page
    factories.consent(Customer.objects.get(id=ada.id), purpose="profiling", channel="any", granted=False)
    assert Reading.objects.filter(customer_id=ada.id).exists()  # the pipeline has not come by yet
    assert "2 negative, 0 neutral" not in client.get(f"/customers/{ada.id}/").content.decode()
