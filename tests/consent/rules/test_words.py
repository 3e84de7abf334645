import datetime as dt
import uuid

import pytest

from consent.rules.words import Merge, Said, last

A, B, C = (uuid.UUID(int=number) for number in (1, 2, 3))


def at(hour):
    return dt.datetime(2026, 1, 1, hour, tzinfo=dt.UTC)


def said(hour, word):
    return Said(at(hour), word == "yes", uuid.UUID(int=100 + hour))


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ([], [], None),
        ([(1, "yes")], [], (1, "yes")),
        ([], [(1, "no")], (1, "no")),
        ([(1, "no")], [(2, "yes")], (1, "no")),
        ([(2, "yes")], [(1, "no")], (1, "no")),
        ([(1, "no"), (2, "yes")], [(3, "yes")], (3, "yes")),
        # A grant that was made before the merge and is told later does not lift the refusal; one made after it does.
        ([(1, "no"), (6, "yes")], [(2, "yes")], (6, "yes")),
        ([(6, "no")], [(2, "no")], (6, "no")),
        ([(1, "yes")], [(6, "no")], (6, "no")),
    ],
)
def test_a_refusal_of_either_side_wins_until_a_later_grant(ours, theirs, expected):
    words = {A: [said(*one) for one in ours], B: [said(*one) for one in theirs]}
    found = last(A, words, [Merge(A, B, at(5))])
    assert found == (said(*expected) if expected else None)


def test_a_refusal_reaches_up_through_merges_of_merges():
    words = {A: [said(2, "yes")], B: [said(1, "no")], C: [said(3, "yes")]}
    assert last(C, words, [Merge(A, B, at(5)), Merge(C, A, at(6))]) == said(1, "no")
    words[A].append(said(7, "yes"))
    assert last(C, words, [Merge(A, B, at(5)), Merge(C, A, at(6))]) == said(7, "yes")


def test_a_refusal_said_while_two_were_one_holds_for_both():
    words = {A: [said(6, "no")], B: [said(1, "yes")]}
    assert last(B, words, [Merge(A, B, at(5), at(8))]) == said(6, "no")
    assert last(B, {A: [said(9, "no")], B: [said(1, "yes")]}, [Merge(A, B, at(5), at(8))]) == said(1, "yes")
    assert last(B, {A: [said(6, "yes")], B: [said(1, "yes")]}, [Merge(A, B, at(5), at(8))]) == said(1, "yes")


def lapsed(hour):
    return Said(at(hour), granted=False, id=uuid.UUID(int=100 + hour), is_lapsed=True)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        # What lapsed is no refusal: a younger "yes" of the other side stands, an older one goes with it.
        ([said(3, "yes")], [said(1, "yes"), lapsed(2)], said(3, "yes")),
        ([said(1, "yes")], [said(2, "yes"), lapsed(3)], lapsed(3)),
        ([said(1, "no")], [said(2, "yes"), lapsed(3)], said(1, "no")),
        ([said(1, "yes"), lapsed(2)], [], lapsed(2)),
        ([said(1, "yes"), lapsed(2), said(6, "yes")], [], said(6, "yes")),
    ],
)
def test_what_lapsed_on_one_side_is_no_refusal_of_the_other(ours, theirs, expected):
    assert last(A, {A: ours, B: theirs}, [Merge(A, B, at(5))]) == expected
