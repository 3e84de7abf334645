"""What must not be published, and what is worth a second look."""

import pytest

from surveys.rules import checking
from tests.surveys.rules.questionnaires import option, page, question, read

SCORE = question("nps", "score", required=True)
ABC = [option("a"), option("b")]


def faults(*pages, is_anonymous=False, **rest):
    report = checking.check(read(*pages, **rest), is_anonymous=is_anonymous)
    return {problem.pointer: str(problem.message) for problem in report.faults}


def test_what_can_be_chosen_together_is_found_among_many():
    some = [option(key) for key in "abcdef"] + [option("none", exclusive=True)]
    asked = question("multiple", "m", options=some, least=2, most=3, required=True)
    for condition in ("{m} has 'a' and {m} has 'f'", "{m} has 'none'", "not {m} has 'b'"):
        assert faults(page("a", asked, question("text", "t", when=condition))) == {}
    others = question("single", "u", options=[option("x", when="{s} = 'a'"), option("y"), option("z")], required=True)
    first = question("single", "s", options=ABC, required=True)
    assert faults(page("a", first, others, question("text", "t", when="{s} = 'b' and {u} != 'z'"))) == {}


def test_a_sound_questionnaire_has_none():
    assert faults(page("a", SCORE, question("text", "why", when="{score} <= 6"))) == {}


@pytest.mark.parametrize(
    ("pages", "place", "words"),
    [
        (
            [page("a", question("date", "d", earliest="2026-02-01", latest="2026-01-31"))],
            "/pages/0/questions/0/latest",
            "before",
        ),
        (
            [page("a", question("date", "d", latest="2026-01-31"), question("text", "t", when="{d} > '2026-06-01'"))],
            "/pages/0/questions/1",
            "come to",
        ),
        (
            [
                page(
                    "a",
                    question("multiple", "m", options=[*ABC, option("none", exclusive=True)]),
                    question("text", "t", when="{m} has 'none' and {m} has 'a'"),
                )
            ],
            "/pages/0/questions/1",
            "come to",
        ),
        (
            [
                page(
                    "a",
                    question("multiple", "m", options=ABC, most=1),
                    question("text", "t", when="{m} has 'b' and {m} has 'a'"),
                )
            ],
            "/pages/0/questions/1",
            "come to",
        ),
        (
            [
                page(
                    "a",
                    question("single", "s", options=ABC, required=True),
                    question("single", "u", options=[option("x"), option("y", when="{s} = 'a'")]),
                    question("text", "t", when="{s} = 'b' and {u} = 'y'"),
                )
            ],
            "/pages/0/questions/2",
            "come to",
        ),
        (
            [
                page(
                    "a",
                    question("single", "s", options=ABC, required=True),
                    question(
                        "multiple",
                        "m",
                        options=[option("x"), option("y"), option("z", when="{s} = 'a'")],
                        least=3,
                        required=True,
                    ),
                )
            ],
            "/pages/0/questions/1/options",
            "fewer options",
        ),
        ([page("a", SCORE), page("a", question("text", "t"))], "/pages/1/key", "twice"),
        ([page("a", SCORE, SCORE)], "/pages/0/questions/1/key", "twice"),
        (
            [page("a", question("single", "s", options=[option("a"), option("a")]))],
            "/pages/0/questions/0/options/1/key",
            "twice",
        ),
        ([page("end", SCORE)], "/pages/0/key", "jumps"),
        ([page("a", SCORE, jumps=[{"to": "b"}])], "/pages/0/jumps/0/to", "no page"),
        ([page("a", SCORE), page("b", question("text", "t"), jumps=[{"to": "a"}])], "/pages/1/jumps/0/to", "loop"),
        ([page("a", SCORE, jumps=[{"to": "a"}])], "/pages/0/jumps/0/to", "loop"),
        ([page("a", question("text", "t", when="{score} > 3"), SCORE)], "/pages/0/questions/0/when", "later"),
        ([page("a", SCORE, when="{score} > 3")], "/pages/0/when", "later"),
        ([page("a", SCORE, question("text", "t", when="{nothing} = 1"))], "/pages/0/questions/1/when", "no question"),
        ([page("a", SCORE, question("text", "t", when="{score} = 11"))], "/pages/0/questions/1/when", "11"),
        (
            [page("a", SCORE, question("text", "t", when="{score} = yes"))],
            "/pages/0/questions/1/when",
            "“yes” there. Possible: 0, 1, 2",
        ),
        ([page("a", SCORE, question("text", "t", when="{score} >"))], "/pages/0/questions/1/when", "value"),
        ([page("a", SCORE, question("text", "t", when="{score.line} = 1"))], "/pages/0/questions/1/when", "line"),
        (
            [page("a", question("single", "s", options=ABC), question("text", "t", when="{s} > 'a'"))],
            "/pages/0/questions/1/when",
            "order",
        ),
        (
            [page("a", question("single", "s", options=ABC), question("text", "t", when="{s} = 'c'"))],
            "/pages/0/questions/1/when",
            "“c”",
        ),
        (
            [page("a", SCORE, question("text", "t", when="{score} < 3 and {score} > 7"))],
            "/pages/0/questions/1",
            "come to",
        ),
        (
            [page("a", SCORE, jumps=[{"to": "c"}]), page("b", question("text", "t")), page("c", question("text", "u"))],
            "/pages/1/questions/0",
            "come to",
        ),
        ([page("a", question("multiple", "m", options=ABC, least=3))], "/pages/0/questions/0/most", "options"),
        ([page("a", question("multiple", "m", options=ABC, least=2, most=1))], "/pages/0/questions/0/least", "at most"),
        ([page("a", question("ranking", "r", options=ABC, top=3))], "/pages/0/questions/0/top", "options"),
        (
            [page("a", SCORE, question("single", "s", options=[option(k, when="{score} = 1") for k in "ab"]))],
            "/pages/0/questions/1/options",
            "nothing to choose",
        ),
    ],
)
def test_what_cannot_be_right_is_a_fault_with_its_place(pages, place, words):
    found = faults(*pages)
    assert words in found[place]


def test_a_text_is_needed_in_every_language():
    found = faults(
        page("a", {**SCORE, "help": {"th": "…"}}), languages=["en", "th"], thanks={"en": "Thanks", "th": " "}
    )
    assert set(found) == {
        "/title/th",
        "/thanks/th",
        "/pages/0/questions/0/text/th",
        "/pages/0/questions/0/help/en",
    }


def test_an_anonymous_one_asks_nothing_that_tells_who_it_is():
    pages = page(
        "a",
        question("contact", "mail", field="email"),
        question("consent", "news", purpose="marketing", channel="email"),
        question("date", "born", maps_to="birth_date"),
        SCORE,
    )
    assert not faults(pages)
    assert set(faults(pages, is_anonymous=True)) == {
        "/pages/0/questions/0/kind",
        "/pages/0/questions/1/kind",
        "/pages/0/questions/2/maps_to",
    }


def test_a_score_counts_what_can_be_counted():
    pages = page("a", SCORE, question("single", "s", options=ABC), question("text", "t"))

    def score(*of):
        return faults(pages, scores=[{"key": "x", "text": {"en": "x"}, "of": list(of)}])

    assert not score({"question": "score"}, {"question": "s", "options": {"a": 2}})
    assert "/scores/0/of/0/question" in score({"question": "nothing"})
    assert "/scores/0/of/0/options" in score({"question": "s", "options": {"z": 1}})
    assert "/scores/0/of/0/options" in score({"question": "s"})
    assert "/scores/0/of/0/options" in score({"question": "t"})


def test_a_condition_that_says_nothing_is_doubtful():
    report = checking.check(
        read(page("a", SCORE, question("text", "t", when="{score} >= 0"), question("text", "u", when="{score} > 8"))),
        is_anonymous=False,
    )
    assert [problem.pointer for problem in report.doubts] == ["/pages/0/questions/1/when"]
    assert not report.faults
