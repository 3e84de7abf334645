"""What a row comes to: by field, by the time of the words, whatever the order in which they were told."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules import provenance, settling
from customers.rules.people import Person
from customers.rules.provenance import Word

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def at(hour: float, *, weak: bool = False, fixes: bool = False) -> Word:
    moment = NOW + dt.timedelta(hours=hour)
    return Word("shop", moment, f"event:{hour}", moment if fixes else None, weak)


def name(given: str = "", family: str = "") -> Person:
    return Person(name=f"{given} {family}".strip(), given_name=given, family_name=family)


ANN_LEE, ANN, LEE, BOB, ANN_KIM = name("Ann", "Lee"), name("Ann"), name("", "Lee"), name("Bob"), name("Ann", "Kim")
BANGKOK = Person(country="TH", province="TH-10", city="Bangkok", postcode="10110")
SEOUL = Person(country="KR", city="Seoul")
KOREA, BUSAN = Person(country="KR"), Person(city="Busan")


def settled(*told: tuple[Person, float]) -> Person:
    """The same in one go and word for word, which must agree."""
    whole, _ = settling.settled([(person, at(hour)) for person, hour in told])
    return whole


def place(person: Person) -> tuple[str, str]:
    return person.country, person.city


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([(ANN_LEE, 1), (ANN_KIM, 2)], "Ann Kim"),
        ([(ANN_LEE, 1), (LEE, 2)], "Ann Lee"),  # the whole family is called Lee
        ([(ANN_LEE, 1), (ANN, 2)], "Ann Lee"),  # the same name, less of it
        ([(ANN, 1), (ANN_LEE, 2)], "Ann Lee"),
        ([(ANN_LEE, 1), (BOB, 2)], "Bob"),  # another name, and no family name from before
        ([(BOB, 1), (ANN_LEE, 2)], "Ann Lee"),
        ([(LEE, 1), (ANN, 2)], "Ann"),
        ([(LEE, 2), (ANN, 1)], "Ann"),
    ],
)
def test_parts_of_a_name_go_together(words, expected):
    for told in itertools.permutations(words):
        assert settled(*told).name == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([(BANGKOK, 1), (SEOUL, 2)], ("KR", "Seoul")),
        ([(BANGKOK, 2), (SEOUL, 1)], ("TH", "Bangkok")),
        ([(BANGKOK, 1), (KOREA, 2)], ("TH", "Bangkok")),  # no Bangkok in Korea
        ([(BANGKOK, 1), (BUSAN, 2)], ("TH", "Bangkok")),  # and no Busan in Thailand
        ([(KOREA, 1), (BUSAN, 2)], ("KR", "Busan")),  # two words that may go together
        ([(KOREA, 1), (BUSAN, 2), (BANGKOK, 0)], ("TH", "Bangkok")),
    ],
)
def test_parts_of_a_place_go_together(words, expected):
    for told in itertools.permutations(words):
        assert place(settled(*told)) == expected


def test_another_place_leaves_nothing_of_the_one_before():
    assert settled((BANGKOK, 1), (SEOUL, 2)).province == ""
    assert settled((BANGKOK, 1), (SEOUL, 2)).postcode == ""


def test_silence_changes_nothing_and_each_field_has_its_own_word():
    whole = settled(
        (Person(company="Old", gender="male"), 1), (Person(company="New"), 3), (Person(job_title="Chef"), 2)
    )
    assert (whole.company, whole.gender, whole.job_title) == ("New", "male", "Chef")


def test_what_was_cleared_stays_empty_for_older_words():
    cleared = Person(cleared=frozenset({"company"}))
    assert settled((Person(company="Old"), 1), (cleared, 3), (Person(company="Between"), 2)).company == ""
    assert settled((cleared, 3), (Person(company="New"), 4)).company == "New"


def test_a_weak_word_fills_what_is_empty_and_gives_way():
    told = [(Person(company="A"), at(1)), (Person(company="B", gender="male"), at(9, weak=True))]
    assert settling.settled(told)[0].company == "A"
    assert settling.settled(told)[0].gender == "male"
    assert settling.settled(told[::-1])[0].company == "A"


def test_a_correction_holds_against_everything_from_before():
    fix = (ANN, at(5, fixes=True))
    for told in itertools.permutations([(ANN_LEE, at(4)), (BOB, at(3)), fix]):
        assert settling.settled(told)[0].name == "Ann"
    assert settling.settled([fix, (ANN_LEE, at(6))])[0].name == "Ann Lee"


def test_tags_add_up_and_customers_stay_customers_since_the_earliest():
    early, late = NOW - dt.timedelta(days=9), NOW
    told = [(Person(tags=("a",), created_at=late), at(2)), (Person(tags=("b", "a"), created_at=early), at(1))]
    whole = settling.settled(told)[0]
    assert (set(whole.tags), whole.created_at) == ({"a", "b"}, early)


def test_the_words_that_hold_are_kept_with_their_fields():
    _, state = settling.settled([(ANN_LEE, at(1)), (BANGKOK, at(2)), (Person(company="X"), at(3))])
    assert {register: word.at.hour for register, word in state.words.items()} == {
        "name": 13, "country": 14, "place": 14, "company": 15,
    }  # fmt: skip


people = st.builds(
    Person,
    country=st.sampled_from(["", "TH", "KR"]),
    city=st.sampled_from(["", "Bangkok", "Seoul"]),
    postcode=st.sampled_from(["", "10110"]),
    company=st.sampled_from(["", "A", "B", "C"]),
    gender=st.sampled_from(["", "male", "female"]),
    interests=st.sampled_from([(), ("tea",), ("tea", "art")]),
    cleared=st.sampled_from([frozenset(), frozenset({"company"}), frozenset({"interests"})]),
)


@given(st.lists(people, max_size=6), st.randoms())
def test_the_order_of_telling_does_not_matter(told, random):
    words = [(person, at(hour)) for hour, person in enumerate(told)]
    again = list(words)
    random.shuffle(again)
    (first, one), (second, other) = settling.settled(words), settling.settled(again)
    assert first == second
    assert one.words == other.words


@given(st.lists(people, max_size=6), st.integers(0, 6))
def test_borders_between_batches_do_not_matter(told, border):
    words = [(person, at((hour * 7) % 5)) for hour, person in enumerate(told)]
    _, whole = settling.settled(words)
    _, first = settling.settled(words[:border])
    origins = provenance.gathered(first.words, otherwise=at(0))
    state = settling.State(
        origins=origins if first.words else None,
        filled=set(first.filled),
        is_whole_place=first.is_whole_place,
    )
    # What was cleared is remembered by an entry of its own, which a base would swallow.
    state.origins = {register: provenance.spelt(word) for register, word in first.words.items()}
    for person, word in words[border:]:
        state.hear(person, word)
    assert {**first.words, **state.words} == whole.words
    assert state.filled == whole.filled


@given(st.permutations([(ANN_LEE, 1), (LEE, 2), (ANN, 3), (ANN_KIM, 0)]))
def test_the_fuller_of_the_same_name_stays_whatever_comes_first(words):
    whole = settled(*words)
    assert whole.given_name == "Ann"
    assert whole.family_name == "Lee"
