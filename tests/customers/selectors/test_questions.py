"""What is read aloud to somebody who may not be the one we think."""

import json

import pytest

from customers.rules.profiling import ITEMS, Why
from customers.selectors import questions
from customers.selectors.questions import Question
from customers.services import reference


def question(key, still, why=Why.STALE):
    return Question(ITEMS[key], why, None, "m•••@example.com", {"en": "Which one?", "th": "อันไหนคะ"}, still)


@pytest.mark.parametrize(
    ("still", "said"),
    [
        ({"en": "Which one these days?"}, "Which one these days?"),
        ({"en": "Is it still {value}?"}, "Which one?"),
        ({}, "Which one?"),
    ],
)
def test_a_sentence_never_tells_what_we_have(still, said):
    assert question("email", still).sentence("en") == said
    assert question("email", still, Why.MISSING).sentence("en") == "Which one?"


def test_a_sentence_is_in_the_customers_language_or_in_the_shops():
    assert question("email", {}).sentence("th-TH") == "อันไหนคะ"
    assert question("email", {}).sentence("fr") == "Which one?"


def test_no_question_of_ours_has_a_place_for_what_we_know():
    told = json.loads((reference.FOLDER / "questions.json").read_text())
    assert {row["key"] for row in told} == set(ITEMS)
    assert not [row["key"] for row in told if questions.PLACE in json.dumps([row["ask"], row["still"]])]
    for row in told:
        for words in (row["ask"], row["still"]):
            assert not words or words.keys() == {"en", "th", "ko"}
