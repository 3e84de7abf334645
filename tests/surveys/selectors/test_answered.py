"""What one person answered, on their history and their page: scores for all, words for who sees contacts."""

import pytest
from django.utils import timezone

from surveys.services import answering
from tests import factories
from tests.surveys import asking
from tests.surveys.rules.questionnaires import page, question, value

pytestmark = pytest.mark.django_db
NPS = value(page("p", question("nps", "score"), question("text", "why")))


def test_answers_stand_on_the_page_of_the_person_and_words_are_for_who_sees_contacts(client):
    survey, ann = asking.opened(NPS), factories.customer(email="ann@example.com", name="Ann Smith")
    for customer, said in ((ann.id, {"score": 3, "why": "The queue was long"}), (None, {"score": 9})):
        answering.take(asking.run(survey, customer=customer), said, at=timezone.now(), is_end=True, keeps_valid=True)
    begun = asking.opened(NPS, slug="other")
    answering.take(asking.run(begun, customer=ann.id), {"score": 1}, at=timezone.now(), is_end=False, keeps_valid=True)
    for role, sees in (("owner", True), ("viewer", False)):
        client.force_login(factories.staff(role, f"{role}@example.com"))
        shown = " ".join(client.get(f"/customers/{ann.id}/").content.decode().split())
        assert "Answered “Your visit”: 3 of 10" in shown
        assert "1 survey answered" in shown
        assert "Detractor" in shown
        assert ("The queue was long" in shown) is sees
