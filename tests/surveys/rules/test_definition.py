"""Questionnaires as data: read, written, described, and every mistake told at once with its place."""

import json

import jsonschema
import pytest
from django.utils import translation

from cdp.core import structures
from surveys.rules import definition
from tests.surveys.rules.questionnaires import option, page, question, value

WHOLE = value(
    page(
        "first",
        question("nps", "score", required=True, scheme="nps_1_10", low={"en": "not at all"}),
        question(
            "text",
            "why",
            when="{score} answered",
            wordings=[{"when": "{score} >= 9", "text": {"en": "What was best?"}}],
        ),
        jumps=[{"to": "end", "when": "{score} = 10"}],
    ),
    page("second", question("multiple", "what", options=[option("a"), option("none", exclusive=True)], most=1)),
    scores=[{"key": "warm", "text": {"en": "Warmth"}, "of": [{"question": "score", "weight": 2.0}]}],
)


def test_what_is_written_is_what_was_read():
    assert definition.written(definition.read(WHOLE)) == WHOLE


def test_the_published_schema_says_the_same_as_the_reader():
    schema = definition.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator(schema)
    checker.validate(WHOLE)
    assert json.loads(json.dumps(schema)) == schema
    for wrong in ({**WHOLE, "extra": 1}, {**WHOLE, "pages": []}, value(page("a", question("stars", "s", steps=99)))):
        assert not checker.is_valid(wrong)
        with pytest.raises(structures.Invalid):
            definition.read(wrong)


def told(wrong):
    with pytest.raises(structures.Invalid) as invalid, translation.override("en"):
        definition.read(wrong)
    return {problem.pointer: str(problem.message) for problem in invalid.value.problems}


def test_every_mistake_is_told_with_its_place():
    wrong = {
        **value(
            page("a", {"kind": "quiz", "key": "q"}, question("nps", "A"), question("stars", "s", steps=99)),
            {"key": "b", "questions": []},
            page("c", question("text", "t", longest="many", surprise=1), title="hello"),
            5,
        ),
        "languages": ["de"],
    }
    assert told(wrong) == {
        "/languages/0": "“de” is not one of what may stand here.",
        "/pages/0/questions/0/kind": "“quiz” is not one of what may stand here.",
        "/pages/0/questions/1/key": "Small letters, digits and _ only, at most forty, a letter first.",
        "/pages/0/questions/2/steps": "At most 10.",
        "/pages/1/questions": "At least 1 are needed.",
        "/pages/2/title": "Named values in braces belong here.",
        "/pages/2/questions/0/longest": "A number belongs here.",
        "/pages/3": "Named values in braces belong here.",
    }


@pytest.mark.parametrize(
    "wrong", [None, 3, "x", [], {}, {"schema": 1}, {**WHOLE, "pages": 3}, {**WHOLE, "pages": [{}] * 51}]
)
def test_what_is_no_questionnaire_at_all_is_refused(wrong):
    assert all(told(wrong).values())
