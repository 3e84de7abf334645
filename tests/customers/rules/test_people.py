"""A person out of raw texts: what one field says about another."""

import datetime as dt

import pytest

from customers.rules import people

TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("region", "told", "given", "family"),
    [
        ("TH", {"phone": "+82 10-2345-1001"}, "Sumin", "Lee"),
        ("TH", {"country": "KR"}, "Sumin", "Lee"),
        ("TH", {"nationality": "KR"}, "Sumin", "Lee"),
        ("KR", {}, "Sumin", "Lee"),
        ("TH", {"phone": "081-234-5678"}, "Lee", "Sumin"),
        ("KR", {"given_name": "Lee", "family_name": "Sumin"}, "Lee", "Sumin"),
    ],
)
def test_a_latin_name_is_read_as_koreans_write_it_where_the_person_is_korean(region, told, given, family):
    raw = {"name": "Lee Sumin", **told}
    person, faults = people.clean(raw, people.Rules(region=region, today=TODAY))
    assert (person.given_name, person.family_name, faults) == (given, family, [])
