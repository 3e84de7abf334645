"""What forms send, as JSON values: each kind with what a browser makes of it, and with what no browser would."""

import pytest

from surveys.rules import sent
from tests.surveys.rules.questionnaires import option, page, question, read

AB = [option("a"), option("b"), option("c", other=True)]
CASES = [
    (question("nps", "q"), {"q.q": ["9"]}, "9"),
    (question("nps", "q"), {"q.q": [""]}, None),
    (question("nps", "q"), {}, None),
    (question("stars", "q"), {"q.q": ["1", "4"]}, "4"),
    (question("yes_no", "q"), {"q.q": ["no"]}, "no"),
    (question("text", "q"), {"q.q": ["  two\r\nlines "]}, "  two\r\nlines "),
    (question("date", "q"), {"q.q": ["2026-11-23"]}, "2026-11-23"),
    (question("consent", "q", purpose="marketing", channel="email"), {"q.q": ["yes"]}, True),
    (question("consent", "q", purpose="marketing", channel="email"), {"q.q": ["on"]}, None),
    (question("single", "q", options=AB), {"q.q": ["a"], "q.q.c.words": ["left over"]}, "a"),
    (question("single", "q", options=AB), {"q.q": ["c"], "q.q.c.words": [" tea "]}, {"key": "c", "text": "tea"}),
    (question("single", "q", options=AB), {"q.q": ["a"], "q.q.a.words": ["forged"]}, "a"),
    (question("single", "q", options=AB), {"q.q": ["z"]}, "z"),
    (question("multiple", "q", options=AB), {"q.q": ["b", "", "c"], "q.q.c.words": ["x"]}, ["b", {"key": "c", "text": "x"}]),
    (question("multiple", "q", options=AB), {"q.q": [""]}, None),
    (question("ranking", "q", options=AB), {"q.q.1": ["b"], "q.q.2": [""], "q.q.3": ["a"]}, ["b", "a"]),
    (question("ranking", "q", options=AB, top=1), {"q.q.1": ["b"], "q.q.2": ["a"]}, ["b"]),
    (question("ranking", "q", options=AB), {"q.q.1": ["b"], "q.q.2": ["b"]}, ["b", "b"]),
    (
        question("matrix", "q", options=AB, lines=[option("x"), option("y")]),
        {"q.q.x": ["a"], "q.q.y": [""], "q.q.z": ["a"]},
        {"x": "a"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "fields", "value"), CASES)
def test_a_form_is_read_as_the_answer_that_its_question_takes(asked, fields, value):
    (one,) = read(page("p", asked)).questions()
    assert sent.values([one], fields) == {"q": value}
