"""Orders of preference by hand: whole ballots, ballots that place only some, ties."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.rules.statistics import ranking

OPTIONS = ("convenience", "price", "quality", "choice")


def placed(ballots):
    """Whole ballots `{options in order: how many}` as the places that are counted."""
    told = Counter()
    for ballot, count in ballots.items():
        for place, option in enumerate(ballot, 1):
            told[option, place, len(ballot)] += count
    return told


def found(ballots):
    return {place.option: place for place in ranking.places(placed(ballots), OPTIONS)}


def test_whole_ballots_by_hand():
    ballots = {
        ("price", "quality", "choice", "convenience"): 3,
        ("quality", "price", "convenience", "choice"): 2,
    }
    places = found(ballots)
    # price 3x3 + 2x2 = 13 of 15, quality 3x2 + 2x3 = 12, choice 3x1 = 3, convenience 2x1 = 2
    assert [place.option for place in ranking.places(placed(ballots), OPTIONS)] == [
        "price",
        "quality",
        "choice",
        "convenience",
    ]
    assert places["price"].borda == pytest.approx(13 / 15)
    assert places["price"].mean_rank == pytest.approx(4 - 13 / 5) == pytest.approx((3 * 1 + 2 * 2) / 5)
    assert (places["price"].first, places["quality"].first) == (0.6, 0.4)
    assert places["price"].histogram == (3, 2, 0, 0)
    # sums of ranks 7, 8, 17, 18 around 12.5: S 101; W = 12 x 101 / (25 x 60)
    assert ranking.agreement(placed(ballots), OPTIONS) == pytest.approx(0.808)


def test_who_places_only_one_leaves_the_rest_equal():
    places = found({("price",): 1})
    assert places["price"].borda == 1.0
    assert {round(places[option].borda, 9) for option in OPTIONS if option != "price"} == {round(1 / 3, 9)}
    assert {places[option].mean_rank for option in OPTIONS if option != "price"} == {3.0}


def test_a_tie_goes_to_more_first_places_and_then_to_the_order_asked():
    ballots = {("price", "quality", "choice", "convenience"): 1, ("quality", "price", "choice", "convenience"): 1}
    assert [place.option for place in ranking.places(placed(ballots), OPTIONS)][:2] == ["price", "quality"]


def test_nothing_placed_says_nothing():
    assert ranking.places(placed({(): 4}), OPTIONS) == []
    assert ranking.places(placed({}), OPTIONS) == []
    assert ranking.agreement(placed({("price",): 1}), OPTIONS) is None


@pytest.mark.parametrize("ballot", [("price", "price"), ("price", "colour")])
def test_an_impossible_ballot_is_refused(ballot):
    with pytest.raises(ranking.InvalidBallot):
        ranking.places(placed({ballot: 1}), OPTIONS)


def test_everybody_agreeing_is_one_also_with_shared_places():
    assert ranking.agreement(placed({OPTIONS: 7}), OPTIONS) == pytest.approx(1)
    assert ranking.agreement(placed({("quality", "price"): 7}), OPTIONS) == pytest.approx(1)


def test_all_orders_once_agree_in_nothing():
    assert ranking.agreement(placed(dict.fromkeys(itertools.permutations(OPTIONS), 1)), OPTIONS) == pytest.approx(0)


BALLOTS = st.dictionaries(
    st.permutations(OPTIONS).flatmap(lambda order: st.integers(0, 4).map(lambda k: tuple(order[:k]))),
    st.integers(1, 20),
    max_size=6,
)


@given(BALLOTS)
def test_the_points_handed_out_are_always_all_of_them(ballots):
    places = ranking.places(placed(ballots), OPTIONS)
    if places:
        assert sum(place.borda for place in places) == pytest.approx(len(OPTIONS) / 2)
        assert sum(place.mean_rank for place in places) == pytest.approx(10)
    agreement = ranking.agreement(placed(ballots), OPTIONS)
    assert agreement is None or -1e-9 <= agreement <= 1 + 1e-9
