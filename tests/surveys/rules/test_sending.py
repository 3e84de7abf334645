"""What of a sending counts, and that nothing else does."""

from decimal import Decimal

import pytest

from surveys.rules import flow, sending
from surveys.rules.definition import END, SCREENED
from surveys.rules.kinds import Why
from tests.surveys.rules.questionnaires import option, page, question, read

LINES = [{"key": key, "text": {"en": key}} for key in ("a", "b", "c", "d")]
VISIT = flow.Prepared(
    read(
        page("adult", question("yes_no", "adult", required=True), jumps=[{"to": SCREENED, "when": "{adult} = no"}]),
        page(
            "score",
            question("nps", "score", required=True),
            question("text", "why", when="{score} <= 6"),
            question(
                "multiple", "what", options=[option("price"), option("staff"), option("luck", when="{score} > 8")]
            ),
        ),
        page("talk", question("text", "staff", required=True), when="{what} has 'staff'"),
        page("grid", question("matrix", "grid", lines=LINES, options=[option("good"), option("bad")])),
        scores=[
            {
                "key": "mood",
                "text": {"en": "Mood"},
                "of": [{"question": "score", "weight": 2}, {"question": "what", "options": {"price": -3, "staff": 1}}],
            }
        ],
    )
)


def faults(judged):
    return {fault.question: fault.why for fault in judged.refused}


def test_valid_answers_to_shown_questions_count_and_the_rest_is_told():
    judged = sending.judge(
        VISIT, {"adult": "yes", "score": 9, "why": "hidden", "what": ["price", "gold"], "nobody": 1, "staff": "x"}
    )
    assert set(judged.rows) == {"adult", "score"}
    assert faults(judged) == {"why": Why.HIDDEN, "what": Why.OPTION, "nobody": Why.UNKNOWN, "staff": Why.HIDDEN}
    assert judged.missing == ()
    assert judged.route.end == END


def test_an_option_that_is_not_there_for_somebody_is_refused_and_with_it_what_it_opens():
    assert faults(sending.judge(VISIT, {"adult": True, "score": 8, "what": ["luck"]})) == {"what": Why.OPTION}
    judged = sending.judge(VISIT, {"adult": True, "score": 8, "what": ["luck", "staff"], "staff": "Ann"})
    assert faults(judged) == {"what": Why.OPTION, "staff": Why.HIDDEN}
    assert sending.judge(VISIT, {"adult": True, "score": 9, "what": ["luck"]}).is_whole


def test_what_must_be_answered_is_asked_only_of_whom_it_is_shown_to():
    assert sending.judge(VISIT, {}).missing == ("adult", "score")
    assert sending.judge(VISIT, {"adult": True, "score": 1, "what": ["staff"]}).missing == ("staff",)
    screened = sending.judge(VISIT, {"adult": False, "score": 3})
    assert (screened.route.end, screened.missing, faults(screened)) == (SCREENED, (), {"score": Why.HIDDEN})


def test_scores_add_up_what_was_answered():
    assert sending.judge(VISIT, {"adult": True, "score": 4, "what": ["price", "staff"]}).scores == {"mood": 6.0}
    assert sending.judge(VISIT, {"adult": True, "what": ["price"]}).scores == {"mood": -3.0}
    assert sending.judge(VISIT, {"adult": True}).scores == {}


@pytest.mark.parametrize(
    ("values", "seconds", "flags"),
    [
        ({"adult": True, "score": 4, "grid": dict.fromkeys("abcd", "good")}, 60, [sending.ALL_ALIKE]),
        ({"adult": True, "score": 4, "grid": {**dict.fromkeys("abc", "good"), "d": "bad"}}, 4.4, [sending.TOO_QUICK]),
        ({"adult": True, "score": 4, "grid": {**dict.fromkeys("abc", "good"), "d": "bad"}}, 4.6, []),
        ({"adult": True, "score": 4}, 1, []),
        ({"adult": True, "score": 4, "grid": {"a": "good"}}, None, []),
    ],
)
def test_what_looks_careless_is_marked(values, seconds, flags):
    assert sending.flags(sending.judge(VISIT, values), seconds=seconds) == flags


def test_lines_of_a_matrix_are_known_one_by_one():
    judged = sending.judge(VISIT, {"adult": True, "score": 4, "grid": {"a": "good", "c": "bad"}})
    assert judged.route.known["grid.a"] == "good"
    assert [(row.item, row.number) for row in judged.rows["grid"]] == [("a", Decimal(1)), ("c", Decimal(2))]
