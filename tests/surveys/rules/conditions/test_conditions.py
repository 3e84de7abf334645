"""The small language of conditions: what it says, what it refuses and where, and that writing and reading agree."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.rules.conditions import judging, reading, tree
from surveys.rules.conditions.tree import All, Among, Answered, Any, Compared, Not

SOME = {"score": 3, "store": "BKK1", "reasons": ("price", "staff"), "again": True, "why": "", "rate.speed": 4}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{score} <= 6", True),
        ("{score} < 3", False),
        ("{score}=3.0", True),
        ("{score} == 3 and {store} = 'BKK1'", True),
        ("{score} = 4 or {store} = 'BKK1' and {again} = yes", True),
        ("({score} = 4 or {store} = 'BKK1') and {again} = no", False),
        ("{reasons} has 'price'", True),
        ("{reasons} has 'range'", False),
        ("{reasons} in ('range', 'staff')", True),
        ("{store} in ('BKK1', \"CNX\")", True),
        ("{store} <> 'CNX'", True),
        ("{again} = true", True),
        ("{again} = 1", False),
        ("{store} > 3", False),
        ("{rate.speed} >= 4", True),
        ("{why} answered", False),
        ("{why} not answered", True),
        ("not {score} answered", False),
        ("{other} = 3", False),
        ("{other} != 3", False),
        ("not ({other} = 3)", True),
        ("NOT {other} = 3 AND {score} = 3", True),
    ],
)
def test_it_says_what_it_says(text, says):
    assert judging.holds(reading.read(text), SOME) is says


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 0),
        ("score <= 6", 0),
        ("{score} <=", 10),
        ("{score} 6", 8),
        ("{score} = 6 {store} = 'a'", 12),
        ("{score} in 'a'", 11),
        ("{score} in ('a'", 15),
        ("({score} = 6", 12),
        ("{score} = 'a", 10),
        ("{Score} = 1", 0),
        ("{score} = 1; drop", 11),
        ("{score}.__class__ = 1", 7),
        ("__import__('os')", 0),
        ("{score} not 3", 12),
        ("{score} = 1.2.3", 10),
        ("not " * 30 + "{score} = 1", 84),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place(text, place):
    with pytest.raises(reading.Unreadable) as refused:
        reading.read(text)
    assert refused.value.place == place
    assert str(refused.value.message)


def test_too_long_is_refused_before_it_is_read():
    with pytest.raises(reading.Unreadable):
        reading.read("{a} = 1 and " * 200 + "{a} = 1")


def test_it_names_the_questions_it_asks_about_once():
    assert tree.questions(reading.read("{b} = 1 or {a.x} = 2 and not {b} answered")) == ("b", "a.x")


KEYS = st.sampled_from(["score", "store", "reasons", "again", "why", "rate.speed"])
VALUES = st.one_of(
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=8),
    st.decimals(-999, 999, places=2),
    st.booleans(),
)
LEAVES = st.one_of(
    st.builds(Compared, KEYS, st.sampled_from(reading.OPERATORS), VALUES),
    st.builds(Among, KEYS, st.lists(VALUES, min_size=1, max_size=3).map(tuple)),
    st.builds(Answered, KEYS),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Any(tuple(parts))),
    ),
    max_leaves=8,
)


def bare(condition):
    """Without the places in the text."""
    match condition:
        case Not(part):
            return Not(bare(part))
        case All(parts) | Any(parts):
            return type(condition)(tuple(bare(part) for part in parts))
        case Compared(question, op, value):
            return Compared(question, op, value)
        case Among(question, values):
            return Among(question, values)
        case Answered(question):
            return Answered(question)


@given(CONDITIONS)
def test_what_is_written_is_read_as_the_same(condition):
    assert bare(reading.read(tree.written(condition))) == condition


@given(st.text(max_size=60) | st.text("{}()=<>'! andort1scorenhi,\"", max_size=60))
def test_no_text_breaks_the_reader(text):
    place = 0
    try:
        judging.holds(reading.read(text), SOME)
    except reading.Unreadable as refused:
        place = refused.place
    assert 0 <= place <= len(text)


@given(CONDITIONS, st.dictionaries(KEYS, st.one_of(VALUES, st.none(), st.just(("price",)))))
def test_a_condition_or_its_opposite_holds_for_all_answers(condition, answers):
    assert judging.holds(condition, answers) is not judging.holds(Not(condition), answers)


def test_numbers_are_numbers_however_they_are_held():
    assert judging.holds(Compared("a", "=", Decimal(3)), {"a": 3})
    assert judging.holds(Compared("a", "<", Decimal("3.5")), {"a": Decimal(3)})
