"""Results over REST: figures with their filters, and why there are none."""

import pytest

from tests import factories
from tests.surveys import answers, asking
from tests.surveys.rules.questionnaires import page, question, value

pytestmark = pytest.mark.django_db
NPS = value(page("p", question("nps", "score"), question("text", "why")))


def test_results_are_told_in_figures_and_anonymous_ones_under_five_are_not(client):
    _key, text = factories.api_key()

    def ask(path):
        answer = client.get(f"/api/v1/surveys/{path}", headers={"Authorization": f"Bearer {text}"})
        return answer.status_code, answer.json()

    survey = asking.opened(NPS)
    answers.plant(survey, [{"score": 10}] * 20 + [{"score": 3}] * 5, mode="kiosk")
    answers.plant(survey, [{"score": 3}] * 5)
    status, told = ask("visit/results?mode=kiosk")
    score, why = told["questions"]
    assert (status, told["responses"], told["funnel"]["complete"]) == (200, 25, 30)
    assert (score["nps"]["score"], score["nps"]["detractors"], score["low"], score["scheme"]) == (
        60,
        5,
        True,
        "nps_0_10",
    )
    assert (why["hidden"], why["n"]) == (True, 0)
    assert ask("visit/results?mode=pigeon")[0] == 422
    assert ask("none/results")[0] == 404
    secret = asking.opened(NPS, slug="secret", is_anonymous=True)
    answers.plant_nameless(secret, [{"score": 3}] * 3)
    status, told = ask("secret/results")
    assert (status, told["responses"], told["hidden"], told["questions"]) == (200, None, "few", [])
