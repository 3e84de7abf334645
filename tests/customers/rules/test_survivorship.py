import datetime as dt
import uuid

import pytest

from customers.rules import identifiers, survivorship
from customers.rules.survivorship import Evidence, Standing

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
LIMITS = {code: kind.limit for code, kind in identifiers.KINDS.items()}
EMPTY = {column: "" for columns in survivorship.GROUPS.values() for column in columns} | {
    "interests": [],
    "tags": [],
    "sources": [],
}


def standing(number, *, is_known=True, age=0):
    return Standing(uuid.UUID(int=number), is_known, NOW - dt.timedelta(days=age))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (standing(2), standing(1, is_known=False, age=9)),
        (standing(2, age=9), standing(1)),
        (standing(1), standing(2)),
    ],
)
def test_the_known_then_the_older_then_the_smaller_survives(one, other):
    assert survivorship.order(one, other) == survivorship.order(other, one) == (one.id, other.id)


def test_what_is_empty_is_filled_as_a_whole_and_what_is_chosen_replaces():
    ours = EMPTY | {"city": "Bangkok", "gender": "male", "tags": ["a"]}
    theirs = EMPTY | {"city": "Seoul", "country": "KR", "company": "Celadon", "tags": ["b", "a"]}
    assert survivorship.blend(ours, theirs, {}) == {
        "company": ("absorbed", {"company": "Celadon"}),
        "tags": ("absorbed", {"tags": ["a", "b"]}),
    }
    chosen = survivorship.blend(ours, theirs, {"place": "absorbed", "gender": "absorbed", "company": "survivor"})
    assert chosen["place"] == (
        "absorbed",
        {"country": "KR", "province": "", "city": "Seoul", "postcode": ""},
    )
    assert chosen["gender"] == ("absorbed", {"gender": ""})
    assert "company" not in chosen


def test_what_was_added_since_stays_when_a_list_is_taken_back():
    assert survivorship.taken_back(["a", "b", "late"], ["a"], ["a", "b"]) == ["a", "late"]


def held(**keys):
    return {(kind, ""): frozenset({value.encode()}) for kind, value in keys.items()}


def may(one, other, **said):
    circumstances = {"same_given_name": True, "kept_apart": False, "either_is_anonymous": False, "link": "email"} | said
    return survivorship.may_merge_by_machine(Evidence(one, other, LIMITS), **circumstances)


def test_nobody_is_merged_by_machine_who_differs_in_what_a_person_has_one_of():
    one, other = held(email="a", phone="1"), held(email="b", external_id="7")
    assert survivorship.disagreements(Evidence(one, other, LIMITS)) == ["email"]
    assert not may(one, other)
    assert not may(one, other, either_is_anonymous=True)
    assert may(held(email="a"), held(external_id="7"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, True),
        ({"kept_apart": True}, False),
        ({"same_given_name": False}, False),
        ({"link": "phone"}, False),
        ({"either_is_anonymous": True, "same_given_name": False}, True),
        ({"either_is_anonymous": True, "kept_apart": True}, False),
    ],
)
def test_when_the_machine_may_join_two(said, expected):
    assert may(held(email="a"), held(external_id="7"), **said) is expected
