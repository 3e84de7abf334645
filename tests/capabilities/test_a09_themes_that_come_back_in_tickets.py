"""A9: what people complain about in tickets again and again becomes a theme with how it feels, told for tickets alone."""

import pytest
from django.test import Client
from django.utils import timezone

from cdp.core import actors, pipeline
from customers.services import buckets
from surveys.services.tickets import opening
from surveys.services.understanding import theming
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
LATE = (
    "ส่งช้ามาก แย่",
    "ส่งของช้า รอนานมาก แย่",
    "The parcel is late, terrible",
    "배송 늦음 최악",
    "배송이 늦어서 최악이에요 실망",
)


def test_what_comes_back_in_tickets_is_a_theme_of_tickets(client: Client):
    buckets.ensure()
    now = timezone.now()
    for number, words in enumerate((*LATE, "Do you open on Sunday?")):
        opening.open_ticket(
            customer_id=factories.customer(email=f"p{number}@example.com").id, channel="email", topic="order",
            words=words, source="shop", external_id=f"t{number}", at=now, actor=actors.SYSTEM,
        )  # fmt: skip
    pipeline.drain_all(now=timezone.now())
    theming.find(timezone.now())
    client.force_login(factories.staff("owner"))
    (row,) = client.get("/voice/themes/?kind=ticket").context["rows"]
    assert (row["one"].split.total, row["one"].kinds) == (len(LATE), {"ticket": len(LATE)})
    assert row["one"].split.negative >= 4
    assert client.get("/voice/themes/?kind=review").context["rows"] == []
    shown = client.get(f"/voice/themes/{row['one'].theme.id}/").content.decode()
    assert all(words in shown for words in LATE)
    report = client.get("/voice/tickets/report/")
    assert [one.theme.id for one in report.context["themes"]] == [row["one"].theme.id]
    assert (report.context["found"].now.n, report.context["found"].open) == (len(LATE) + 1, len(LATE) + 1)
