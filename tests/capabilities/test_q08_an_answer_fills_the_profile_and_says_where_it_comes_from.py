"""Q8: the answers of somebody with a personal link fill the fields they are mapped to; a stranger's change nothing."""

from typing import Any

import pytest
from django.test import Client

from customers.selectors import origins, profiles
from tests import factories
from tests.surveys import asking
from tests.surveys.forms import opened
from tests.surveys.rules.questionnaires import option, page, question, value

pytestmark = pytest.mark.django_db
ABOUT = value(
    page(
        "you",
        question("single", "work", options=[option("office"), option("field")], maps_to="occupation"),
        question("multiple", "likes", options=[option("tea"), option("cups")], maps_to="interests"),
        question("date", "born", maps_to="birth_date"),
        question("contact", "mail", field="email"),
    )
)


def test_q08_answers_reach_the_profile_with_their_provenance(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    survey = asking.opened(ABOUT)
    mali = factories.customer(external_id="7", name="Mali", occupation="student", email="mali@example.com")
    with django_capture_on_commit_callbacks(execute=True):
        # Anybody may type an address that is known: nothing of hers changes.
        opened(Client()).send(Client(), q__work="field", q__mail="mali@example.com")
    assert profiles.one(mali.id).customer.occupation == "student"
    form = opened(client, f"/s/visit/{asking.invited(survey, mali.id)}")
    told: dict[str, Any] = {"q.likes": ["tea", "cups"]}
    with django_capture_on_commit_callbacks(execute=True):
        thanks = form.send(client, q__work="office", q__born="1990-02-28", **told)
    assert "Thank you" in thanks.content.decode()
    profile = profiles.one(mali.id)
    row = profile.customer
    assert (row.occupation, sorted(row.interests), str(row.birth_date)) == ("office", ["cups", "tea"], "1990-02-28")
    by = {origin.field: (origin.source, origin.fact) for origin in origins.of(profile)}
    assert by["occupation"] == by["birth_date"] == ("survey", "survey:visit:1")
    staff = Client()
    staff.force_login(factories.staff("steward"))
    shown = staff.get(f"/customers/{mali.id}/").content.decode()
    assert "office" in shown
    assert "Surveys" in shown
