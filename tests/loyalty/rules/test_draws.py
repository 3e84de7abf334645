"""Who wins is told by the seed and the list alone, and every entry has the same chance."""

import hashlib
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.core import structures
from loyalty.rules import draws

PRIZE = {"names": {"en": "Tea"}, "count": 2}


def repeated(seed: str, places: list[tuple[int, int]]) -> list[int]:
    """The script of docs/guides/loyalty-draws.md, word for word what it does."""
    best = {}
    for number, entries in places:
        best[number] = min(hashlib.sha256(f"{seed}:{number}:{n}".encode()).hexdigest() for n in range(1, entries + 1))
    return sorted(best, key=best.get)  # type: ignore[arg-type]


@given(st.text(min_size=1, max_size=8), st.lists(st.integers(1, 5), min_size=1, max_size=40), st.integers(1, 50))
def test_what_is_published_repeats_the_draw_and_its_beginning_never_depends_on_how_far_it_went(seed, weights, most):
    places = list(enumerate(weights, 1))
    assert draws.order(seed, places, most) == repeated(seed, places)[:most]
    text = "".join(f"{number},{entries}\n" for number, entries in places)
    assert draws.digest(places) == hashlib.sha256(text.encode()).hexdigest()


def test_a_draw_of_a_thousand_repeats_from_its_seed_and_another_seed_gives_others():
    places = [(number, 1) for number in range(1, 1001)]
    first, again, other = (draws.order(seed, places, 10) for seed in ("one", "one", "two"))
    assert first == again == repeated("one", places)[:10]
    assert len(set(first)) == 10
    assert set(first) != set(other)


def test_terms_tell_every_mistake_with_its_place_and_count_prizes_in_their_order():
    terms = draws.read({"entries": [{"on": "members"}], "prizes": [PRIZE, {**PRIZE, "what": "points", "points": 5}]})
    assert (terms.winners, [terms.prize(n) for n in range(4)]) == (4, [0, 0, 1, 1])
    with pytest.raises(structures.Invalid) as caught:
        draws.read(
            {
                "entries": [{"on": "visits"}, {"on": "visits"}],
                "prizes": [{**PRIZE, "what": "points"}, {**PRIZE, "what": "coupon"}],
            }
        )
    assert [one.pointer for one in caught.value.problems] == ["/entries/1", "/prizes/0/points", "/prizes/1/offer"]


def test_odds_are_those_of_drawing_without_replacement():
    assert draws.odds(entries=0, places=0, winners=1, most=1) is None
    certain = draws.odds(entries=5, places=5, winners=5, most=1)
    assert certain is not None
    assert certain.one == 1
    even = draws.odds(entries=1000, places=1000, winners=10, most=1)
    assert even is not None
    assert even.one == pytest.approx(0.01, abs=1e-4)
    weighted = draws.odds(entries=300, places=100, winners=1, most=5)
    assert weighted is not None
    assert (weighted.one, weighted.most) == (pytest.approx(1 / 300), pytest.approx(5 / 300))


def _spread(won: Mapping[int, int], expected: Mapping[int, float]) -> float:
    """Pearson's chi-square statistic."""
    return sum((won[number] - mean) ** 2 / mean for number, mean in expected.items())


@pytest.mark.long
def test_the_distribution_over_many_seeds_is_fair_to_entries():
    """Chi-square of the first winner over 40,000 seeds: places of 1, 2 and 4 entries win as their entries say. The
    limits are the 99.9th percentile for 59 and 99 degrees of freedom.
    """
    places = [(number, (1, 2, 4)[number % 3]) for number in range(1, 61)]
    runs, total = 40_000, sum(entries for _number, entries in places)
    won = Counter(draws.order(f"seed-{run}", places, 1)[0] for run in range(runs))
    assert _spread(won, {number: runs * entries / total for number, entries in places}) < 98.3
    # With one entry each, every one of the ten that win is equally often anybody.
    even = [(number, 1) for number in range(1, 101)]
    seen = Counter(number for run in range(4000) for number in draws.order(f"again-{run}", even, 10))
    assert _spread(seen, dict.fromkeys(range(1, 101), 400.0)) < 148.2
