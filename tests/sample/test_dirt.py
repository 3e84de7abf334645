import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.sample import dirt
from cdp.sample.data import korean_names, latin_names, thai_names

NAMES = [
    *(("thai", name) for name, _ in (*thai_names.MALE, *thai_names.FEMALE)),
    *(("hangul", name) for name, _ in (*korean_names.MALE, *korean_names.FEMALE)),
    *(("latin", name) for pairs in latin_names.FEMALE.values() for name, _ in pairs),
]


@given(seed=st.integers(min_value=0), choice=st.sampled_from(NAMES))
def test_a_slip_of_the_finger_always_changes_the_name(seed, choice):
    script, name = choice
    mistyped = dirt.mistyped(random.Random(seed), name, script)
    assert mistyped != name
    assert abs(len(mistyped) - len(name)) <= 1


@given(seed=st.integers(min_value=0))
def test_a_broken_address_can_never_be_written_to(seed):
    email = dirt.broken_email(random.Random(seed), "napa.s12@mail.example.com")
    _, at, domain = email.partition("@")
    assert not at or not domain or domain.endswith(".") or "," in domain or domain.startswith("@")


@given(seed=st.integers(min_value=0), choice=st.sampled_from(NAMES))
def test_invisible_signs_and_blanks_can_be_taken_away_again(seed, choice):
    _, name = choice
    rng = random.Random(seed)
    hidden = dirt.zero_width(rng, name)
    assert hidden != name
    assert "".join(sign for sign in hidden if unicodedata.category(sign) != "Cf") == name
    spaced = dirt.spaced(rng, name)
    assert spaced != name
    assert spaced.strip() == name


@pytest.mark.parametrize(
    ("script", "gender", "begins"),
    [("thai", "male", ("นาย", "คุณ")), ("thai", "female", ("นาง", "คุณ", "น.ส.")), ("latin", "male", ("Mr", "Dr"))],
)
def test_titles_suit_the_person(script, gender, begins):
    for seed in range(20):
        assert dirt.titled(random.Random(seed), "X", script, gender).startswith(begins)


def test_korean_forms_of_address_follow_the_name():
    assert dirt.titled(random.Random(1), "김민준", "hangul", "male").startswith("김민준")
