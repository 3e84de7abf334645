"""Q1: one questionnaire with every kind, answered in Thai without a script, left in the middle and taken up again."""

from typing import Any

import pytest
from django.test import Client

from surveys.models import Answer, Response
from tests import factories
from tests.surveys import asking, every_kind
from tests.surveys.forms import Form, opened

pytestmark = pytest.mark.django_db
STEPS: list[dict[str, str]] = [
    {"q__score": "3"},
    {"q__why": "แอร์ไม่เย็น", "q__mood": "2"},
    {"q__room": "4", "q__service": "5", "q__paying": "7"},
    {"q__breakfast": "9", "q__window": "yes", "q__first": "no"},
    {"q__heard": "other", "q__heard__other__words": "ป้ายหน้าร้าน"},
    {"q__order__1": "choice", "q__order__2": "price"},
    {"q__rate__staff": "great", "q__rate__shop": "good"},
    {"q__cups": "white"},
    {"q__day": "2026-11-20"},
    {"q__mail": "mali@example.com", "q__news": "yes"},
]
KEPT = {
    *(("score", "", "3"), ("why", "", ""), ("mood", "", "2"), ("room", "", "4"), ("service", "", "5")),
    *(("paying", "", "7"), ("breakfast", "", "9"), ("window", "", "yes"), ("first", "", "no")),
    *(("heard", "other", "other"), ("bought", "tea", "tea"), ("bought", "cup", "cup")),
    *(("order", "choice", "1"), ("order", "price", "2"), ("rate", "staff", "great"), ("rate", "shop", "good")),
    *(("cups", "white", "white"), ("day", "", "2026-11-20"), ("mail", "", ""), ("news", "", "yes")),
}


def kept() -> set[tuple[str, str, str]]:
    found = set()
    for row in Answer.objects.all():
        number = "" if row.number is None or row.question in {"window", "first", "rate"} else str(int(row.number))
        found.add((row.question, row.item, number or row.code))
    return found


def test_q01_every_kind_is_answered_and_kept_at_each_step(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    every_kind.pictures()
    asking.opened(every_kind.definition())
    page = opened(client, "/s/visit/?lang=th")
    assert 'lang="th"' in page.text
    for step in STEPS[:5]:
        more: dict[str, Any] = {"q.bought": ["tea", "cup"]} if "q__heard" in step else {}
        page = Form(page.send(client, **step, **more))
    # The browser is closed in the middle: what was answered counts, as partial.
    assert Response.objects.get().state == "partial"
    again = opened(client)
    assert again.fields["page"] == "order"
    assert 'lang="th"' in again.text
    for step in STEPS[5:-1]:
        again = Form(again.send(client, **step))
    with django_capture_on_commit_callbacks(execute=True):
        thanks = again.send(client, **STEPS[-1])
    assert "ขอบคุณ" in thanks.content.decode()
    assert kept() == KEPT
    assert Response.objects.get().state == "complete"
    staff = Client()
    staff.force_login(factories.staff("viewer"))
    assert "Fewer than five answers" in staff.get("/surveys/visit/results/").content.decode()
