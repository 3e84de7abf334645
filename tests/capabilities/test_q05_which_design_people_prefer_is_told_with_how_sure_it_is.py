"""Q5: pictures to choose from, two or more, their places drawn for each person; the lead is judged against chance."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from surveys.models import Picture, Response
from tests import factories
from tests.surveys import answers, asking
from tests.surveys.forms import Form, opened
from tests.surveys.rules.questionnaires import page, question, value

pytestmark = pytest.mark.django_db
CUPS = ("green", "white", "blue")


def designs(count: int) -> dict[str, Any]:
    pictures = [{"key": cup, "image": f"{cup}cup00001", "text": {"en": f"The {cup} one"}} for cup in CUPS[:count]]
    for one in pictures:
        Picture.objects.get_or_create(
            key=one["image"], defaults={"mime": "image/png", "data": b"\x89PNG", "added_at": timezone.now()}
        )
    return value(page("one", question("poll", "cup", pictures=pictures)))


@pytest.mark.parametrize(
    ("count", "chosen", "sentence"),
    [
        (2, {"green": 17, "white": 13}, "is ahead, but no more than chance would do"),
        (2, {"green": 24, "white": 6}, "is ahead of every other, more than chance would do"),
        (3, {"green": 24, "white": 6, "blue": 14}, "is ahead, but no more than chance would do"),
        (3, {"green": 30, "white": 6, "blue": 10}, "is ahead of every other, more than chance would do"),
    ],
)
def test_q05_the_lead_of_a_design_is_judged(client: Client, count: int, chosen: dict[str, int], sentence: str) -> None:
    survey = asking.opened(designs(count))
    answers.plant(survey, [{"cup": cup} for cup, times in chosen.items() for _n in range(times)])
    client.force_login(factories.staff("viewer"))
    shown = " ".join(client.get("/surveys/visit/results/").content.decode().split())
    assert f"“The green one” {sentence}." in shown


def test_q05_the_places_are_drawn_for_each_person_and_kept() -> None:
    asking.opened(designs(3))
    for _n in range(12):
        client = Client()
        form: Form = opened(client)
        assert "Thank you" in form.send(client, q__cup="white").content.decode()
    drawn = [tuple(response.drawn["cup"]) for response in Response.objects.all()]
    assert all(sorted(order) == sorted(CUPS) for order in drawn)
    assert len(set(drawn)) > 1
