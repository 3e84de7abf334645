"""A bad review opens one ticket; a reply is kept with who and when, and stays however often the review is told."""

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import timezone

from cdp.core import actors
from cdp.core.crypto import subjects
from surveys.models import Review, Ticket
from surveys.selectors import review_queue
from surveys.selectors.tickets import opened
from surveys.services import reviews
from surveys.services.reviews import ReviewInput
from surveys.services.tickets import working
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_old_review_opens_no_ticket_that_is_overdue_at_once():
    who, now = factories.customer(email="writer@example.com"), timezone.now()
    told = [
        ReviewInput(external_id=str(days), sku="TEA-1", rating=Decimal(1), at=at, told_at=at, customer=who.id, body="Cold")
        for days in (2, 10, 29, 31)
        for at in [now - dt.timedelta(days=days)]
    ]  # fmt: skip
    reviews.write_many(reviews=told, source="shop", now=now)
    fresh, *old = Ticket.objects.order_by("opened_at", "id")
    assert (fresh.opened_at, len(old)) == (told[0].at, 2)
    assert all(ticket.opened_at == now < ticket.next_due_at for ticket in old)
    assert {message.at for ticket in old for message in ticket.messages.all()} == {told[1].at, told[2].at}


def test_a_bad_review_opens_one_ticket_and_its_reply_outlives_each_telling(client):
    who, now = factories.customer(email="writer@example.com", name="Somchai Jaidee"), timezone.now()
    bad = ReviewInput(
        external_id="1", sku="TEA-1", rating=Decimal(2), at=now, told_at=now, customer=who.id, title="Cold", body="It came cold"
    )  # fmt: skip
    old = now - dt.timedelta(days=40)
    others = [
        replace(bad, external_id="2", rating=Decimal(3), body="Fine"),
        replace(bad, external_id="3", customer=None),
        replace(bad, external_id="4", replied_at=now, body="Answered"),
        replace(bad, external_id="5", at=old, told_at=old, title="Old", body="Long ago"),
    ]
    for _twice in range(2):
        reviews.write_many(reviews=[bad, *others], source="shop", now=now)
    ticket, row = Ticket.objects.get(), Review.objects.get(external_id="1")
    assert (ticket.about_id, ticket.priority, ticket.topic) == (row.id, "high", "complaint")
    (message,) = opened.of_ticket(ticket, subjects.load([who.id]))
    assert message.words == "Cold\nIt came cold"

    marketer = factories.staff("marketer")
    client.force_login(marketer)
    page = f"/voice/reviews/{who.id}/{row.id}/"
    assert "It came cold" in client.get(page).content.decode()
    assert page in client.get(f"/voice/tickets/{who.id}/{ticket.id}/").content.decode()
    client.post(f"{page}answer/", {"words": " "})
    assert Review.objects.get(id=row.id).replied_at is None
    client.post(f"{page}settle/")
    assert "It came cold" not in client.get("/voice/?state=waiting&stars=low").content.decode()
    client.post(f"{page}unsettle/")
    client.post(f"{page}answer/", {"words": "We send <b>hot</b> tea"})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.first_reply_at is not None) == ("waiting", True)
    talk = opened.of_ticket(ticket, subjects.load([who.id]))
    assert [one.words for one in talk] == ["Cold\nIt came cold", "We send <b>hot</b> tea"]
    working.resolve(customer=who.id, ticket=ticket.id, actor=actors.SYSTEM, at=timezone.now())
    client.post(f"{page}answer/", {"words": "We send <b>hot</b> tea"})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolved_at is not None) == ("resolved", True)  # a mended reply opens nothing again
    edited = replace(bad, body="Still cold", told_at=now + dt.timedelta(minutes=1))
    reviews.write_many(reviews=[edited], source="shop", now=now)
    row.refresh_from_db()
    assert (review_queue.reply(row), row.replied_by) == ("We send <b>hot</b> tea", marketer.id)
    assert "We send &lt;b&gt;hot" in client.get(page).content.decode()
    assert Ticket.objects.count() == 1
    assert client.get(f"/voice/reviews/{who.id}/{uuid.uuid4()}/").status_code == 404
    assert client.post(f"{page}nonsense/").status_code == 404
