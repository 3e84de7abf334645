"""Which way people go: conditions, jumps, wordings, and that the walk before publishing sees what they see."""

import itertools
from decimal import Decimal

import pytest

from surveys.rules import flow, walking
from surveys.rules.definition import END, SCREENED
from tests.surveys.rules.questionnaires import option, page, question, read

VISIT = flow.Prepared(
    read(
        page("adult", question("yes_no", "adult", required=True), jumps=[{"to": SCREENED, "when": "{adult} = no"}]),
        page(
            "score",
            question("nps", "score", required=True),
            question(
                "text", "why", wordings=[{"when": "{score} >= 9", "text": {"en": "Best?"}}], when="{score} answered"
            ),
            jumps=[{"to": "last", "when": "{score} >= 9"}],
        ),
        page(
            "bad",
            question(
                "multiple", "what", options=[option("price"), option("staff"), option("else", when="{score} < 3")]
            ),
        ),
        page("talk", question("text", "staff"), when="{what} has 'staff'"),
        page("last", question("yes_no", "again")),
    )
)


@pytest.mark.parametrize(
    ("answers", "pages", "end"),
    [
        ({}, ["adult"], "adult"),
        ({"adult": False, "score": Decimal(3)}, ["adult"], SCREENED),
        ({"adult": True}, ["adult", "score"], "score"),
        ({"adult": True, "score": Decimal(10)}, ["adult", "score", "last"], END),
        ({"adult": True, "score": Decimal(2)}, ["adult", "score", "bad", "last"], END),
        ({"adult": True, "score": Decimal(2), "what": ("staff",)}, ["adult", "score", "bad", "talk", "last"], END),
        # What was answered on a page that is not shown counts for nothing.
        ({"adult": True, "score": Decimal(9), "what": ("staff",)}, ["adult", "score", "last"], END),
    ],
)
def test_people_go_their_way(answers, pages, end):
    route = VISIT.route(answers, stop=True)
    assert ([step.page.key for step in route.steps], route.end) == (pages, end)


def test_an_answer_to_a_question_that_is_not_shown_is_not_known():
    route = VISIT.route({"adult": True, "score": Decimal(9), "what": ("staff",), "again": True})
    assert "what" not in route.known
    assert set(route.shown()) == {"adult", "score", "why", "again"}


def test_promoters_are_asked_in_other_words():
    pointer, why = "/pages/1/questions/1", VISIT.definition.pages[1].questions[1]
    assert VISIT.words(pointer, why, {"score": Decimal(9)}) == {"en": "Best?"}
    assert VISIT.words(pointer, why, {"score": Decimal(8)}) == {"en": "why?"}


def test_an_option_is_there_for_whom_its_condition_holds():
    pointer, what = "/pages/2/questions/0", VISIT.definition.pages[2].questions[0]
    assert VISIT.offered(pointer, what, {"score": Decimal(1)}) == ("price", "staff", "else")
    assert VISIT.offered(pointer, what, {"score": Decimal(5)}) == ("price", "staff")


def test_a_line_of_a_matrix_leads_somewhere():
    prepared = flow.Prepared(
        read(
            page(
                "a",
                question(
                    "matrix", "rate", options=[option("good"), option("bad")], lines=[option("speed"), option("taste")]
                ),
            ),
            page("b", question("text", "slow"), when="{rate.speed} = 'bad'"),
        )
    )
    assert "slow" in prepared.route({"rate": ("bad",), "rate.speed": "bad"}).shown()
    assert "slow" not in prepared.route({"rate": ("bad",), "rate.taste": "bad"}).shown()
    assert walking.walk(prepared).reached == {"/pages/0/questions/0", "/pages/1/questions/0"}


def test_the_walk_reaches_what_any_answers_reach():
    """Beside all answers there are: 2 x 11 x 8 sets, with nothing answered too."""
    sets = [c for size in range(4) for c in itertools.combinations(("price", "staff", "else"), size)]
    everything, ends = set(), set()
    for adult, score, what in itertools.product((True, False), range(11), sets):
        route = VISIT.route({"adult": adult, "score": Decimal(score), "what": what})
        everything |= {pointer for step in route.steps for pointer, _question in step.questions}
        ends.add(route.end)
    seen = walking.walk(VISIT)
    assert (seen.reached, seen.ends, seen.is_whole) == (everything, ends, True)
    assert seen.ways < 60
    assert all(outcomes == {True, False} for at, outcomes in seen.outcomes.items() if not at.endswith("1/when"))


@pytest.mark.long
def test_too_many_ways_are_not_claimed_to_be_all():
    many = [question("nps", f"q{n}") for n in range(12)]
    asks = " or ".join(f"{{q{n}}} = {k}" for n in range(12) for k in (1, 5, 9))
    prepared = flow.Prepared(read(page("a", *many), page("b", question("text", "t"), when=asks)))
    seen = walking.walk(prepared)
    assert (seen.is_whole, seen.ways) == (False, walking.MOST_WAYS)
