"""What each kind of question takes, how it keeps it, and what it refuses."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from surveys.rules import kinds
from surveys.rules.kinds import Refused, Row
from tests.surveys.rules.questionnaires import option, question

ABC = [option("a"), option("b"), option("c")]
LINES = [{"key": key, "text": {"en": key}} for key in ("speed", "taste")]
PICTURES = [{"key": key, "image": "0123abcd", "text": {"en": key}} for key in ("left", "right")]
ALL = {
    "stars": {},
    "points": {},
    "nps": {},
    "csat": {},
    "ces": {},
    "emoji": {},
    "like": {},
    "yes_no": {},
    "single": {"options": ABC},
    "multiple": {"options": ABC},
    "ranking": {"options": ABC},
    "matrix": {"options": ABC, "lines": LINES},
    "poll": {"pictures": PICTURES},
    "text": {},
    "date": {},
    "contact": {"field": "email"},
    "consent": {"purpose": "marketing", "channel": "email"},
}


def of(kind, **rest):
    return msgspec.convert(question(kind, "q", **{**ALL[kind], **rest}), kinds.Any)


def number(value, **rest):
    return Row(number=Decimal(value), **rest)


def chosen(key, text=""):
    return Row(item=key, code=key, text=text)


def test_every_kind_is_tried_here():
    assert {kind.__struct_config__.tag for kind in kinds.Any.__args__} == set(ALL)


@pytest.mark.parametrize(
    ("kind", "rest", "value", "rows", "answer"),
    [
        ("stars", {}, 5, (number(5),), 5),
        ("stars", {"steps": 10}, "10", (number(10),), 10),
        ("points", {"lowest": 0}, 0, (number(0),), 0),
        ("nps", {}, 0, (number(0),), 0),
        ("nps", {"scheme": "nps_1_10"}, 10.0, (number(10),), 10),
        ("csat", {"steps": 7}, "7", (number(7),), 7),
        ("ces", {}, 1, (number(1),), 1),
        ("emoji", {"steps": 3}, 3, (number(3),), 3),
        ("like", {}, "dislike", (number(0, code="no"),), False),
        ("yes_no", {}, True, (number(1, code="yes"),), True),
        ("single", {}, "b", (chosen("b"),), "b"),
        (
            "single",
            {"options": [*ABC, option("else", other=True)]},
            {"key": "else", "text": "  Bread "},
            (chosen("else", "Bread"),),
            "else",
        ),
        ("multiple", {}, ["c", "a"], (chosen("a"), chosen("c")), ("a", "c")),
        (
            "ranking",
            {},
            ["c", "a", "b"],
            tuple(number(n, item=k, code=k) for n, k in ((1, "c"), (2, "a"), (3, "b"))),
            "c",
        ),
        ("ranking", {"top": 1}, ["b"], (number(1, item="b", code="b"),), "b"),
        ("matrix", {}, {"taste": "c", "speed": ""}, (number(3, item="taste", code="c"),), ("c",)),
        ("poll", {}, "right", (chosen("right"),), "right"),
        ("text", {}, " a\r\nb\u200b ", (Row(text="a\nb"),), "a\nb"),
        ("date", {}, "2026-11-23", (Row(code="2026-11-23"),), "2026-11-23"),
        ("contact", {}, "Ann <ann@EXAMPLE.com>", (Row(text="ann@example.com"),), "ann@example.com"),
        ("contact", {"field": "phone"}, "081 234 5678", (Row(text="+66812345678"),), "+66812345678"),
        (
            "contact",
            {"field": "phone", "country": "KR"},
            "010-2345-6789",
            (Row(text="+821023456789"),),
            "+821023456789",
        ),
        ("consent", {}, True, (Row(code="yes"),), True),
        ("consent", {}, "no", (Row(code="no"),), False),
    ],
)
def test_an_answer_is_kept_as_rows(kind, rest, value, rows, answer):
    asked = of(kind, **rest)
    assert asked.take(value) == rows
    assert asked.answer(rows) == answer


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("empty", [None, "", [], {}, "   "])
def test_nothing_is_no_answer(kind, empty):
    asked = of(kind)
    if kind in {"text", "contact"} and isinstance(empty, list | dict):
        with pytest.raises(Refused):
            asked.take(empty)
    else:
        assert asked.take(empty) == ()
        assert asked.answer(()) in (None, ())


@pytest.mark.parametrize(
    ("kind", "rest", "value", "why"),
    [
        ("stars", {}, 6, "range"),
        ("stars", {}, 0, "range"),
        ("stars", {}, 4.5, "type"),
        ("stars", {}, True, "type"),
        ("stars", {}, "１", "type"),
        ("stars", {}, "1_0", "type"),
        ("nps", {"scheme": "nps_1_10"}, 0, "range"),
        ("nps", {}, 11, "range"),
        ("nps", {}, [9], "type"),
        ("yes_no", {}, 2, "type"),
        ("yes_no", {}, "like", "type"),
        ("like", {}, ["like"], "type"),
        ("single", {}, "d", "option"),
        ("single", {}, 3, "type"),
        ("single", {}, {"key": "a", "text": "x"}, "type"),
        ("single", {}, {"key": "a", "is_admin": 1}, "type"),
        ("single", {"options": [*ABC, option("else", other=True)]}, {"key": "else", "text": "x" * 201}, "too_long"),
        ("multiple", {}, "a", "type"),
        ("multiple", {}, ["a", "a"], "twice"),
        ("multiple", {"least": 2}, ["a"], "too_few"),
        ("multiple", {"most": 1}, ["a", "b"], "too_many"),
        ("multiple", {"options": [*ABC, option("none", exclusive=True)]}, ["a", "none"], "exclusive"),
        ("ranking", {}, ["a", "a"], "twice"),
        ("ranking", {"top": 2}, ["a", "b", "c"], "too_many"),
        ("ranking", {}, ["z"], "option"),
        ("matrix", {}, {"price": "a"}, "line"),
        ("matrix", {}, {"taste": "z"}, "option"),
        ("matrix", {}, ["a"], "type"),
        ("matrix", {"required": True}, {"taste": "a"}, "missing"),
        ("poll", {}, "middle", "option"),
        ("poll", {}, {"left": 1}, "type"),
        ("text", {"longest": 3}, "abcd", "too_long"),
        ("text", {}, 5, "type"),
        ("date", {}, "20261123", "format"),
        ("date", {}, "2026-02-30", "format"),
        ("date", {}, 20261123, "type"),
        ("date", {"earliest": "2026-01-01"}, "2025-12-31", "range"),
        ("date", {"latest": "2026-01-01"}, "2026-01-02", "range"),
        ("contact", {}, "ann at example", "format"),
        ("contact", {"field": "phone"}, "12345", "format"),
        ("contact", {"field": "name"}, "Ann\nBen", "format"),
        ("consent", {}, 1, "type"),
        ("consent", {}, "yes please", "type"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_reason(kind, rest, value, why):
    with pytest.raises(Refused) as refused:
        of(kind, **rest).take(value)
    assert refused.value.why == why


def test_an_exclusive_option_alone_is_enough_however_many_are_asked_for():
    asked = of("multiple", least=2, options=[*ABC, option("none", exclusive=True)])
    assert asked.take(["none"]) == (chosen("none"),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from("abc"),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5) | st.just("key"), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("kind", ALL)
@settings(max_examples=40)
@given(value=JSON)
@example("0\x1f")  # what str.strip() takes for a space, and int() does not
def test_nothing_that_can_be_sent_breaks_a_question(kind, value):
    asked, rows = of(kind), ()
    try:
        rows = asked.take(value)
    except Refused:
        return
    # What is kept is an answer again, and nobody loses anything by sending what was kept.
    asked.answer(rows)
    assert all(len(row.code) <= 40 and len(row.item) <= 40 for row in rows)


@pytest.mark.parametrize(
    ("kind", "rest", "value"),
    [
        ("nps", {}, 0),
        ("stars", {}, "4"),
        ("yes_no", {}, "no"),
        ("like", {}, "like"),
        ("single", {"options": [*ABC[:2], option("c", other=True)]}, {"key": "c", "text": "mine"}),
        ("multiple", {"options": [*ABC[:2], option("c", other=True)]}, [{"key": "c", "text": "mine"}, "a"]),
        ("ranking", {}, ["c", "a"]),
        ("matrix", {}, {"taste": "b", "speed": "a"}),
        ("poll", {}, "left"),
        ("text", {}, " two\r\nlines "),
        ("date", {}, "2024-02-29"),
        ("contact", {"field": "phone"}, "081 234 5678"),
        ("consent", {}, "no"),
    ],
)
def test_what_is_kept_can_be_told_and_taken_again(kind, rest, value):
    asked = of(kind, **rest)
    rows = asked.take(value)
    assert asked.take(asked.told(rows)) == rows
    assert asked.told(asked.take(asked.told(rows))) == asked.told(rows)
