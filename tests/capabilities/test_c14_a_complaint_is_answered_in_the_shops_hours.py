"""C14: a complaint of Friday evening comes by REST, is answered on Monday, resolved and rated; each figure is right."""

import csv
import datetime as dt
import io
import re
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from cdp.core import actors
from surveys.models import Ticket
from surveys.services.tickets import opening, working
from surveys.services.tickets.telling import MessageInput
from tests import factories

pytestmark = pytest.mark.django_db


def at(text: str) -> str:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Bangkok")).isoformat()


def test_a_complaint_is_answered_in_the_shops_hours(client: Client) -> None:
    _key, text = factories.api_key(("tickets:read", "tickets:write"), source_key="helpdesk")
    headers = {"authorization": f"Bearer {text}"}

    def post(path: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
        answer = client.post(f"/api/v1/tickets{path}", body, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    asked = {
        "customer": {"email": "mali@example.com", "name": "Mali"},
        "channel": "email",
        "topic": "delivery",
        "words": "Where is my parcel?",
        "external_id": "HD-1",
        "at": at("2026-11-20 17:30"),
    }
    code, ticket = post("", asked)
    assert code == 201
    assert ticket["due_at"] == at("2026-11-23 12:30")
    assert post("", asked)[0] == 200
    path = f"/{ticket['id']}"
    reply = {
        "direction": "out",
        "words": "Tomorrow",
        "waits": True,
        "external_id": "HD-1-1",
        "at": at("2026-11-23 09:30"),
    }
    assert post(f"{path}/messages", reply)[1]["first_reply_seconds"] == 3600
    assert len(post(f"{path}/messages", reply)[1]["messages"]) == 2  # type: ignore[arg-type]
    other = post("", {**asked, "external_id": "HD-2"})[1]
    assert post(f"/{other['id']}/messages", reply)[0] == 409  # the number of a message of another ticket
    assert post(f"{path}/rate", {"stars": 6})[0] == 422
    assert post(f"{path}/resolve", {})[1]["resolution_seconds"] == 3600
    assert post(f"{path}/rate", {"stars": 4, "words": "Quick"})[1]["satisfaction"] == 4
    listed = client.get("/api/v1/tickets?status=resolved", headers=headers).json()["results"]
    assert [one["external_id"] for one in listed] == ["HD-1"]
    assert client.get("/api/v1/tickets?status=nonsense", headers=headers).status_code == 422

    client.force_login(factories.staff("clerk"))
    row = Ticket.objects.get(external_id="HD-1")
    assert "Where is my parcel?" in client.get(f"/customers/{row.customer_id}/").content.decode()
    assert "took 1 h" in client.get("/voice/tickets/?state=resolved").content.decode()


def test_the_report_tells_how_long_people_waited_and_what_they_thought(client: Client) -> None:
    now = timezone.now()
    for number, (channel, hours) in enumerate((("email", 2), ("email", 3), ("phone", 4))):
        begun = now - dt.timedelta(days=3)
        ticket = opening.open_ticket(
            customer_id=factories.customer(email=f"p{number}@example.com").id, channel=channel, topic="delivery",
            words="Where is my parcel?", source="shop", external_id=str(number), at=begun, actor=actors.SYSTEM,
            said=[MessageInput("out", begun + dt.timedelta(hours=hours), "Tomorrow")],
        )  # fmt: skip
        about = {"customer": ticket.customer_id, "ticket": ticket.id, "actor": actors.SYSTEM, "at": now}
        working.resolve(**about)
        working.record_rating(**about, stars=3 + number % 2, words="")
    client.force_login(factories.staff("viewer"))
    page = client.get("/voice/tickets/report/?weeks=4&by=channel")
    found = page.context["found"]
    assert (found.now.n, found.now.first.n, round(found.now.satisfaction.value, 2)) == (3, 3, 3.33)
    assert [row["label"] for row in page.context["groups"]] == ["E-mail", "Phone"]
    assert {"of 3 answered", "of 3 resolved", "of 3 that were due"} <= set(
        re.findall(r"of 3 [a-z ]*[a-z]", page.content.decode())
    )
    text = client.get("/voice/tickets/report/figures.csv?weeks=4&by=channel").content.decode()
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(lines) == 2 + 4 + 4 + 2
    email = next(line for line in lines if (line["part"], line["key"]) == ("channel", "email"))
    assert (email["tickets"], email["rated"], email["satisfaction_mean"]) == ("2", "2", "3.5")
    assert int(email["first_reply_median_seconds"]) == found.groups["email"].first.median
