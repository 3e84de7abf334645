"""What a form or a REST body says, silences and erasures included."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules import telling
from customers.rules.people import Rules

RULES = Rules(region="TH", today=dt.date(2026, 11, 21), dayfirst=True)


def read(country="", **told):
    return telling.read(told, RULES, country=country)


def test_what_is_told_is_standardised():
    person, faults = read(email="ADA@Example.com", phone="081 234 5678", tags="vip, tea", birth_date="1990-04-12")
    assert not faults
    assert (person.email, person.phone, person.tags) == ("ADA@example.com", "+66812345678", ("vip", "tea"))
    assert person.birth_date == dt.date(1990, 4, 12)
    assert person.cleared == frozenset()


@pytest.mark.parametrize("empty", [None, "", "   "])
def test_an_empty_value_is_a_wish_to_forget(empty):
    person, faults = read(email=empty, city="Bangkok")
    assert not faults
    assert person.cleared == {"email"}
    assert (person.email, person.city) == ("", "Bangkok")


@pytest.mark.parametrize("empty", [None, [], ()])
def test_an_empty_list_is_a_wish_to_forget(empty):
    assert read(tags=empty)[0].cleared == {"tags"}


def test_a_list_keeps_commas_order_and_each_word_once():
    person, faults = read(interests=["tea, green", "cups", "cups", "  "])
    assert not faults
    assert person.interests == ("tea, green", "cups")


def test_a_word_too_long_or_too_many_words_are_faults():
    for words in (["x" * 61], [str(number) for number in range(51)]):
        person, (fault,) = read(tags=words)
        assert (fault.field, fault.problem.code) == ("tags", "too_long")
        assert person.tags == ()


def test_a_whole_name_replaces_both_its_parts():
    person, _ = read(name="Somchai")
    assert (person.given_name, person.family_name) == ("Somchai", "")
    assert person.cleared == {"family_name"}


def test_a_part_of_a_name_says_nothing_about_the_other():
    person, _ = read(given_name="Ada")
    assert person.cleared == frozenset()
    assert person.family_name == ""


def test_a_name_emptied_with_its_parts_is_forgotten_whole():
    assert read(name="", given_name="", family_name="")[0].cleared == {"name", "given_name", "family_name"}


def test_a_place_alone_is_read_in_the_country_that_is_known():
    person, faults = read(country="KR", province="서울")
    assert not faults
    assert (person.province, person.country) == ("KR-11", "")
    assert read(province="서울")[1]


def test_a_country_that_is_told_counts_more_than_the_one_known():
    person, faults = telling.read({"province": "서울", "country": "KR"}, RULES, country="TH")
    assert not faults
    assert (person.province, person.country) == ("KR-11", "KR")


def test_what_cannot_be_read_is_left_out_and_named():
    person, faults = read(email="nonsense", phone="12", city="Bangkok")
    assert {fault.field for fault in faults} == {"email", "phone"}
    assert (person.email, person.phone, person.city) == ("", "", "Bangkok")
    assert all(str(fault.problem.reason) for fault in faults)


@given(st.dictionaries(st.sampled_from(sorted(telling.FIELDS - {"interests", "tags"})), st.text(max_size=60)))
def test_any_text_is_told_cleared_or_a_fault(told):
    person, faults = telling.read(told, RULES)
    faulty = {fault.field for fault in faults}
    for name in told:
        assert getattr(person, name) or name in person.cleared or name in faulty or not told[name].strip()


@pytest.mark.parametrize(
    ("field", "nothing"), [("birth_date", "'"), ("email", "-"), ("phone", "n/a"), ("province", "-")]
)
def test_what_stands_for_no_value_is_a_wish_to_forget(field, nothing):
    person, faults = read(**{field: nothing})
    assert not faults
    assert person.cleared == {field}
