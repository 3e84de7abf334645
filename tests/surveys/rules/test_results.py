"""From counts to figures: schemes that are never pooled, shares of people, tops of scales, what is hidden."""

from decimal import Decimal

import pytest

from surveys.rules import disclosing, results
from surveys.rules.disclosing import Overlap
from surveys.rules.results import Tally
from tests.surveys.rules.questionnaires import option, page, question, read


def tally(key, value, count, *, version=1, item="", pieces=1):
    number = Decimal(value) if isinstance(value, int) else None
    code = "" if number is not None else value
    return Tally(key, version, item or code, code, number, count, pieces)


def of(kind, tallies, *, saw=None, **rest):
    (about,) = results.asked({1: read(page("p", question(kind, "a", **rest)))})
    return results.result(about, tallies, saw=saw)


def test_two_scales_of_one_question_are_two_results():
    first = read(page("p", question("nps", "score", scheme="nps_1_10"), question("text", "why")))
    second = read(page("p", question("nps", "score"), question("text", "why")))
    found = results.asked({1: first, 2: second, 3: second})
    assert [(one.key, one.scheme, one.versions, one.is_split) for one in found] == [
        ("score", "nps_0_10", (3, 2), True),
        ("why", "text", (3, 2, 1), False),
        ("score", "nps_1_10", (1,), True),
    ]
    tallies = [tally("score", 10, 20, version=1), tally("score", 0, 30, version=2), tally("score", 9, 10, version=3)]
    zero, _why, one = (results.result(about, tallies) for about in found)
    assert (zero.n, zero.bands.promoters, zero.bands.detractors) == (40, 10, 30)
    assert (one.n, one.bands.promoters, one.is_low) == (20, 20, True)


def test_several_choices_are_shares_of_the_people_who_saw_them():
    found = of(
        "multiple",
        [tally("a", "x", 20), tally("a", "y", 10), tally("a", "x", 10, pieces=2), tally("a", "y", 10, pieces=2)],
        saw=50,
        options=[option("x"), option("y"), option("z")],
    )
    assert [(bar.code, bar.share) for bar in found.bars] == [("x", 0.6), ("y", 0.4), ("z", 0)]
    assert (found.n, found.of, found.picks) == (40, 50, 50)


@pytest.mark.parametrize(
    ("kind", "rest", "answers", "hits"),
    [
        ("csat", {}, {5: 30, 4: 12, 3: 8}, 42),
        ("csat", {"steps": 7}, {7: 5, 6: 5, 5: 5}, 10),
        ("ces", {}, {5: 4, 4: 6, 7: 1}, 5),
        ("ces", {"easy": "low"}, {3: 4, 4: 6, 1: 1}, 5),
        ("ces", {"steps": 5}, {4: 6, 3: 2}, 6),
    ],
)
def test_tops_of_scales(kind, rest, answers, hits):
    found = of(kind, [tally("a", number, count) for number, count in answers.items()], **rest)
    assert (found.top.hits, found.top.n) == (hits, sum(answers.values()))


def test_a_ranking_is_told_by_borda_and_first_places():
    found = of(
        "ranking",
        [
            Tally("a", 1, code, code, Decimal(place), count, 2)
            for code, place, count in [("x", 1, 6), ("y", 2, 6), ("y", 1, 4), ("x", 2, 4)]
        ],
        options=[option("x"), option("y")],
    )
    assert [(place.option, place.borda, place.first) for place in found.places] == [("x", 0.6, 0.6), ("y", 0.4, 0.4)]


def test_lines_of_a_matrix_and_what_too_few_answered_is_empty():
    rows = [
        Tally("a", 1, "food", "good", Decimal(2), 6),
        Tally("a", 1, "food", "bad", Decimal(1), 4, 2),
        Tally("a", 1, "staff", "bad", Decimal(1), 4, 2),
    ]
    lines = [{"key": "food", "text": {"en": "Food"}}, {"key": "staff", "text": {"en": "Staff"}}]
    found = of("matrix", rows, options=[option("bad"), option("good")], lines=lines)
    food, staff = found.lines
    assert (food.mean.value, [bar.count for bar in food.bars]) == (1.6, [4, 6])
    assert (staff.mean.value, staff.bars) == (None, ())
    few = of("nps", [tally("a", 9, 4)])
    assert (few.is_hidden, few.bands, few.bars) == (True, None, ())


@pytest.mark.parametrize(
    ("parts", "may"),
    [
        ((50, 3, 2, 4), True),  # they cross: nobody's answers are a difference of both
        ((50, 3, 0, 40), False),  # one inside of the other, three apart
        ((50, 5, 0, 40), True),
        ((0, 30, 30, 4), False),  # together all but four
        ((30, 30, 4, 0), False),
        ((0, 30, 30, 0), True),
    ],
)
def test_two_filters_tell_nobody_apart_by_subtraction(parts, may):
    assert disclosing.may_stand_beside(Overlap(*parts)) is may


def test_a_filter_that_is_refused_by_itself_is_nothing_to_subtract():
    assert disclosing.overlaps(50, 100, {"a": (3, 3), "b": (98, 50), "c": (60, 50)}) == [Overlap(50, 0, 10, 40)]
    assert not disclosing.may_divide([50, 4])
    assert disclosing.may_divide([50, 0, 5])
