"""Files of real surveys (FiveThirtyEight's, as SurveyMonkey wrote them) against the counts handed in beside them."""

import json

import pytest
from django.core.management import call_command

from cdp.core.models import Job
from surveys.models import RefusedAnswer, Response, Survey
from surveys.selectors import wording
from surveys.selectors.results import overview
from tests import data

FOLDER = data.FOLDER / "surveys_538_dev"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no data set at {FOLDER}"),
]


@pytest.mark.parametrize(
    "name",
    [
        "steak-risk-survey.csv",  # two header rows
        *(
            pytest.param(name, marks=pytest.mark.long)
            for name in ("comma-survey.csv", "flying-etiquette.csv.gz", "weather-check.csv")
        ),
    ],
)
def test_every_count_of_the_reference_file_is_on_the_results_page(name):
    reference = json.loads((FOLDER / "reference_survey.json").read_text("utf-8"))[name]
    slug = name.partition(".")[0]
    call_command("import_file", "responses", str(FOLDER / name), "--survey", slug, "--source", "538", "--no-wait")
    survey = Survey.objects.get(slug=slug)
    assert survey.state == Survey.State.CLOSED
    assert Response.objects.filter(survey_id=survey.id, state="complete").count() == reference["respondents"]
    assert not RefusedAnswer.objects.exists()
    found = overview.read(survey)
    assert found.completed == reference["respondents"]
    asked = {title: told for title, told in reference["questions"].items() if title != "RespondentID"}
    assert len(found.results) == len(asked)
    for (title, told), result in zip(asked.items(), found.results, strict=True):
        labels = wording.choices(result.asked.question)
        counts = {labels[bar.code]: bar.count for bar in result.bars if bar.count}
        assert result.n == told["answered"], title
        if isinstance(told["top"], dict):
            assert {label: counts.get(label) for label in told["top"]} == told["top"], title
            assert sum(counts.values()) == told["answered"], title
    call_command("import_file", "responses", str(FOLDER / name), "--survey", slug, "--source", "538", "--no-wait")
    assert Job.objects.latest("id").result["created"] == 0
    assert Response.objects.count() == reference["respondents"]
