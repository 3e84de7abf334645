"""Which of two words holds, and how words are kept."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules import provenance
from customers.rules.provenance import Standing, Word

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def word(hours: float = 0, fact: str = "", **how: object) -> Word:
    return Word("shop", NOW + hours * HOUR, fact, **how)


@pytest.mark.parametrize(
    ("new", "old", "holds"),
    [
        (word(0), None, True),  # nothing was known
        (word(1), Standing(word(0)), True),
        (word(0), Standing(word(1)), False),
        (word(0), Standing(word(0)), True),  # the same word again
        (word(0, "event:b"), Standing(word(0, "event:a")), True),  # at one moment the message's id decides
        (word(0, "event:a"), Standing(word(0, "event:b")), False),
        (word(0), Standing(None), True),  # told before words were kept
        (word(0, is_weak=True), Standing(None), False),  # fills nothing that is there
        (word(0, is_weak=True), Standing(None, is_filled=False), True),
        (word(9, is_weak=True), Standing(word(0)), False),
        (word(0), Standing(word(9, is_weak=True)), True),  # a weak word gives way to every other
        (word(0), Standing(word(9, not_before=NOW + HOUR)), False),  # from before a correction
        (word(2), Standing(word(1, not_before=NOW + HOUR)), True),
        (word(0, not_before=NOW), Standing(word(5)), True),  # a correction holds, also against a clock that is ahead
    ],
)
def test_of_two_words_the_later_one_holds(new, old, holds):
    assert provenance.holds(new, 1, old) is holds


@pytest.mark.parametrize(
    ("rank", "known", "hours", "holds"), [(1, 2, 9, False), (2, 1, -9, True), (2, 2, 1, True), (2, 2, -1, False)]
)
def test_a_whole_stands_above_a_part_whenever_it_was_told(rank, known, hours, holds):
    assert provenance.holds(word(hours), rank, Standing(word(0), known)) is holds


def test_a_whole_from_before_a_correction_says_nothing_more():
    corrected = Standing(word(1, not_before=NOW + HOUR), 1)
    assert not provenance.holds(word(0), 2, corrected)


def test_a_correction_is_kept_later_than_what_it_corrects_and_goes_on_counting():
    kept = provenance.kept(word(0, not_before=NOW), word(5))
    assert kept.at > NOW + 5 * HOUR
    assert kept.not_before == kept.at
    assert provenance.kept(word(9), kept).not_before == kept.at


words = st.builds(
    Word,
    st.sampled_from(["shop", "till"]),
    st.integers(0, 50).map(lambda hours: NOW + hours * HOUR),
    st.sampled_from(["", "order:1", "event:a"]),
    st.none() | st.integers(0, 50).map(lambda hours: NOW + hours * HOUR),
    st.booleans(),
)


@given(words)
def test_a_word_is_the_same_after_being_kept(one):
    assert provenance.read(provenance.spelt(one)) == one


@given(st.dictionaries(st.sampled_from(["name", "place", "email", "gender"]), words, min_size=1), words)
def test_gathered_origins_tell_each_word(told, otherwise):
    origins = provenance.gathered(told, otherwise=otherwise)
    assert {register: provenance.of(origins, register) for register in told} == told


@given(st.dictionaries(st.sampled_from(["name", "place", "email"]), words), words)
def test_changed_origins_tell_the_new_words_and_the_same_again_is_no_change(told, base):
    before = provenance.gathered({}, otherwise=base)
    after = provenance.changed(before, told) or before
    assert all(provenance.of(after, register) == one for register, one in told.items())
    assert provenance.changed(after, told) is None


def test_a_long_fact_is_cut_and_a_teller_comes_back():
    text = provenance.told_by("shop", "event:" + "x" * 500)
    assert len(text) <= 200
    assert provenance.teller(text)[0] == "shop"
    assert provenance.teller(provenance.told_by("till", "")) == ("till", "")
    assert provenance.teller(None) == ("", "")


def test_what_a_fact_says_of_the_future_is_at_most_a_day_ahead():
    told = provenance.of_fact(word(0), at=NOW + dt.timedelta(days=9000), fact="event:a")
    assert told == Word("shop", NOW + dt.timedelta(days=1), "event:a")


@pytest.mark.parametrize(
    ("new", "old", "is_retold"),
    [
        (word(1, "import:b"), word(0, "import:a"), True),  # the same file again
        (word(1, "import:b"), word(0, "event:a"), True),
        (word(1, "import:b"), None, False),
        (word(1, "import:b"), Word("till", NOW), False),  # another source says so, too
        (word(0.5, "event:b"), word(0), False),  # a fact that knows its own time
        (word(1, "event:b"), word(0), False),
        (word(1, "import:b"), word(0, is_weak=True), False),  # what a stranger told is confirmed
        (word(1, "import:b", not_before=NOW + HOUR), word(0), False),  # a known hand looked at it
    ],
)
def test_the_same_word_again_by_its_source_is_no_news(new, old, is_retold):
    assert provenance.is_retold(new, old, base=word(1, "import:b")) is is_retold


def test_who_says_it_again_without_a_file_says_something_later():
    assert not provenance.is_retold(word(1, "call:b"), word(0, "call:a"), base=word(1, "call:b"))
