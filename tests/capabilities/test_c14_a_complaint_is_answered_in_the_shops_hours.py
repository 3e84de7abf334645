"""C14: a complaint of Friday evening comes by REST, is answered on Monday, resolved and rated; each figure is right."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from surveys.models import Ticket
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
    assert post(f"{path}/rate", {"stars": 6})[0] == 422
    assert post(f"{path}/resolve", {})[1]["resolution_seconds"] == 3600
    assert post(f"{path}/rate", {"stars": 4, "words": "Quick"})[1]["satisfaction"] == 4
    listed = client.get("/api/v1/tickets?status=resolved", headers=headers).json()["results"]
    assert [one["external_id"] for one in listed] == ["HD-1"]
    assert client.get("/api/v1/tickets?status=nonsense", headers=headers).status_code == 422

    client.force_login(factories.staff("clerk"))
    row = Ticket.objects.get()
    assert "Where is my parcel?" in client.get(f"/customers/{row.customer_id}/").content.decode()
    assert "took 1 h" in client.get("/voice/tickets/?state=resolved").content.decode()
