"""Q4: NPS on 0..10 and the shop's own 1..10, over REST and on the pages: bands, score, interval, never pooled."""

from typing import Any

import pytest
from django.test import Client

from surveys.models import Survey
from surveys.rules import ready
from surveys.rules.definition import written
from tests import factories
from tests.surveys import answers, asking

pytestmark = pytest.mark.django_db
GIVEN = [{"score": score} for score in [10] * 5 + [9] * 5 + [8] * 4 + [7] * 2 + [6] * 3 + [1]]
"""Ten promoters, six passives, four detractors: 100 · (10 − 4) / 20 = 30."""


@pytest.fixture
def results(client: Client) -> Any:
    _key, text = factories.api_key()

    def read(survey: Survey) -> Any:
        answer = client.get(f"/api/v1/surveys/{survey.slug}/results", headers={"Authorization": f"Bearer {text}"})
        return next(one for one in answer.json()["questions"] if one["question"] == "score")

    return read


def test_q04_both_scales_are_counted_alike_and_shown_apart(client: Client, results: Any) -> None:
    standard, own = (
        asking.opened(written(ready.one(name)), slug=slug) for name, slug in (("nps", "nps"), ("nps_1_10", "own"))
    )
    for survey in (standard, own):
        answers.plant(survey, GIVEN)
    told = {survey.slug: results(survey) for survey in (standard, own)}
    for one in told.values():
        nps = one["nps"]
        assert (nps["promoters"], nps["passives"], nps["detractors"], nps["score"]) == (10, 6, 4, 30)
        # Adjusted Wald: three answers more, ¾ of a promoter and of a detractor each.
        low, high = nps["interval"]
        p, d, n = 10.75, 4.75, 23
        middle, error = (p - d) / n, 1.959964 * (((p + d) / n - ((p - d) / n) ** 2) / n) ** 0.5
        assert (low, high) == (pytest.approx(100 * (middle - error)), pytest.approx(100 * (middle + error)))
        assert one["low"] is True
    assert {one["scheme"] for one in told.values()} == {"nps_0_10", "nps_1_10"}
    assert "detractors_per_promoter" not in told["nps"]
    assert told["own"]["detractors_per_promoter"] == pytest.approx(0.4)
    client.force_login(factories.staff("viewer"))
    pages = {slug: client.get(f"/surveys/{slug}/results/").content.decode() for slug in told}
    assert "1–10 variant" in pages["own"]
    assert "It is no NPS" in pages["own"]
    assert "1–10 variant" not in pages["nps"]
    assert "It is no NPS" not in pages["nps"]
