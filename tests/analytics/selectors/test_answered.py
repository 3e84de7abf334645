"""Segments by what people answered: the newest complete answer of each person, in SQL, in the builder, in words."""

import datetime as dt

import pytest
from django.utils import timezone

from analytics.forms import builder, words
from analytics.forms.choices import Names
from analytics.rules import segment_rules
from analytics.rules.problems import InvalidRules
from analytics.selectors import audiences
from surveys.services import answering
from tests import factories
from tests.surveys import answers, asking
from tests.surveys.rules.questionnaires import option, page, question, value

pytestmark = pytest.mark.django_db
NOW = timezone.now()
COLOURS = [option("red"), option("blue")]
VISIT = value(
    page(
        "p",
        question("nps", "score"),
        question("multiple", "liked", options=COLOURS),
        question("ranking", "order", options=COLOURS),
        question("matrix", "parts", options=COLOURS, lines=[{"key": "food", "text": {"en": "Food"}}]),
        question("yes_no", "again"),
        question("text", "why"),
    )
)


def rule(name, op, *given):
    return {"survey": {"slug": "visit", "question": name}, "op": op} | ({"value": given[0]} if given else {})


def test_a_segment_is_made_of_the_newest_answers():
    survey = asking.opened(VISIT)
    ann, bob, eve = (factories.customer(email=f"{name}@example.com") for name in ("ann", "bob", "eve"))
    before, day = NOW - dt.timedelta(days=9), NOW - dt.timedelta(days=1)
    answers.plant(survey, [{"score": 2, "liked": ["red"]}], at=before, customer_id=ann.id)
    full = {"score": 9, "liked": ["red", "blue"], "order": ["blue", "red"], "parts": {"food": "red"}, "again": True}
    answers.plant(survey, [full], at=day, customer_id=ann.id)
    answers.plant(survey, [{"score": 6, "order": ["red", "blue"], "again": False}], at=day, customer_id=bob.id)

    def who(document):
        return {{ann.id: "ann", bob.id: "bob", eve.id: "eve"}[one] for one in audiences.members(document, now=NOW)}

    assert who(rule("score", "<=", 6)) == {"bob"}
    assert (
        who(rule("score", "=", 9))
        == who(rule("score", "between", [7, 10]))
        == who(rule("score", "in", [9, 1]))
        == {"ann"}
    )
    assert who(rule("score", "!=", 9)) == {"bob", "eve"}
    assert who(rule("score", "not_set")) == {"eve"}
    assert (
        who(rule("liked", "=", "blue"))
        == who(rule("parts.food", "=", "red"))
        == who(rule("again", "=", True))
        == {"ann"}
    )
    assert who(rule("order", "=", "red")) == {"bob"}  # what stands first
    assert who(rule("again", "in", ["no", "yes"])) == {"ann", "bob"}
    assert who({"not": rule("score", "is_set")}) == {"eve"}
    assert audiences.members(rule("score", "<=", 6), now=NOW, among=[ann.id]) == []
    run = asking.run(survey, customer=eve.id)
    answering.take(run, {"score": 1}, at=NOW, is_end=False, keeps_valid=True)
    assert who(rule("score", "<=", 6)) == {"bob"}  # begun, not sent in


def test_what_a_rule_may_ask_about_an_answer_is_told_with_its_place():
    asking.opened(VISIT)
    asking.opened(value(page("p", question("nps", "score"))), slug="secret", is_anonymous=True)
    wrong = {
        "/survey/slug": rule("score", "<", 7) | {"survey": {"slug": "secret", "question": "score"}},
        "/survey/question": rule("parts.drink", "=", "red"),
        "/op": rule("why", "=", "x"),
        "/value": rule("liked", "=", "green"),
    }
    for pointer, document in {**wrong, "/survey": {"survey": "visit", "op": "="}}.items():
        with pytest.raises(InvalidRules) as refused:
            audiences.check(document)
        assert [problem.pointer for problem in refused.value.problems] == [pointer]
    for value_ in ("x", float("nan"), None, [1], {"a": 1}):
        with pytest.raises(InvalidRules):
            audiences.check(rule("score", "<=", value_))
    assert segment_rules.parse({"survey": {"slug": "nps", "question": "score"}, "op": "<=", "value": 6})


def test_a_rule_about_an_answer_stands_in_the_builder_and_reads_in_words():
    asking.opened(VISIT)
    names, document = Names("en"), {"all": [rule("score", "<=", 6)]}
    (row,) = builder.of(document, names).root.children
    assert (row.kind, row.key, row.op, row.value) == ("survey", "visit/score", "<=", "6")
    assert ("visit/score", "Visit: score?") in row.choices
    assert builder.row(rule("score", "in", [1, 2]), names).kind == "raw"
    assert words.of_rule(audiences.check(document), names).parts[0].text == "Answered “Visit: score?”: at most 6"
