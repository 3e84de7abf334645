"""Finding people whose names are sealed."""

import pytest

from cdp.core.audiences import UnknownAudience
from customers.models import Customer, Status
from customers.rules.people import Person
from customers.selectors import identifiers, listing
from customers.services.identity import resolving
from tests import factories

NOTHING = listing.Filters()


def found(text, filters=NOTHING):
    return [row.id for row in listing.search(text, filters, region="TH").rows]


@pytest.fixture
def people(db):
    told = {
        "thai": {"name": "นายสมชาย ใจดี", "phone": "0812345678", "member_number": "m-77"},
        "korean": {"name": "김민수", "email": "minsu@example.com"},
        "latin": {"name": "José O'Brien-Smith", "email": "jose@example.com", "external_id": "C 100"},
    }
    return {key: factories.customer(**raw).id for key, raw in told.items()}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("สม", "thai"),
        ("ใจดี", "thai"),
        ("ใจดี สมชาย", "thai"),
        ("นายสมชาย", "thai"),
        ("Mr. Jose O'Brien-Smith", "latin"),
        ("김민수님", "korean"),
        ("081-234 5678", "thai"),
        ("+66812345678", "thai"),
        ("M-77", "thai"),
        ("김", "korean"),
        ("김민수", "korean"),
        ("민수", "korean"),
        ("김 민수", "korean"),
        ("MINSU@example.com", "korean"),
        ("minsu", None),
        ("jose", "latin"),
        ("JOSÉ", "latin"),
        ("smi jos", "latin"),
        ("obrien", "latin"),
        ("C 100", "latin"),
        ("j obr", "latin"),
        ("jose kim", None),
        ("j", None),
        ("", None),
        ("   ", None),
    ],
)
def test_people_are_found_by_the_beginnings_of_their_names_and_exact_identifiers(people, text, who):
    assert found(text) == ([people[who]] if who else [])


def test_an_exact_match_stands_before_namesakes(db):
    exact = factories.customer(name="Bo", member_number="ADA")
    later = [factories.customer(name=f"Ada {letter}").id for letter in "ABC"]
    assert found("ada") == [exact.id, *later[::-1]]


def test_a_household_is_found_whole_by_its_phone(db):
    mother = factories.customer(name="Malee", phone="0812345678")
    son = factories.customer(name="Anan", phone="0812345678")
    assert found("0812345678") == [son.id, mother.id]


def test_a_search_passes_the_filters_too(db):
    factories.customer(name="Ada A", email="ada@example.com")
    vip = factories.customer(name="Ada B", tags="vip")
    assert found("ada", listing.Filters(tag="vip")) == [vip.id]
    assert found("ada@example.com", listing.Filters(tag="vip")) == []


def test_many_matches_are_cut_and_said_so(db, monkeypatch):
    monkeypatch.setattr(listing, "MOST_FOUND", 3)
    for number in range(5):
        factories.customer(name=f"Kim {number}")
    result = listing.search("kim", NOTHING, region="TH")
    assert result.is_cut
    assert len(result.rows) == 3


def test_digests_agree_with_those_of_identity(db):
    """Two places make them; people would be doubled or never found if they differed."""
    source = factories.source("shop")
    person = Person(
        external_id="7", email="Ada+x@gmail.com", phone="+66812345678", member_number="M", line_id="ada", card_token="t"
    )
    keys = {key.kind: key.digest for key in resolving.keys_of(person, source)}
    assert keys == {
        "external_id": identifiers.digest("external_id", "7", "shop"),
        "email": identifiers.digest("email", "Ada+x@gmail.com"),
        "phone": identifiers.digest("phone", "+66812345678"),
        "member_number": identifiers.digest("member_number", "M"),
        "line_id": identifiers.digest("line_id", "ada"),
        "card": identifiers.digest("card", "t"),
    }


def test_counts_are_exact_where_few(db):
    for number in range(3):
        factories.customer(name=f"Kim {number}", tags="vip" if number else "")
    assert listing.count(NOTHING) == listing.Count(3, is_exact=True)
    assert listing.count(listing.Filters(tag="vip")) == listing.Count(2, is_exact=True)


def test_counts_are_estimates_where_many(db, monkeypatch):
    monkeypatch.setattr(listing, "EXACT_BELOW", 1)
    for number in range(3):
        factories.customer(name=f"Kim {number}")
    assert not listing.count(NOTHING).is_exact


def test_an_unknown_segment_is_an_error(db):
    with pytest.raises(UnknownAudience):
        listing.known(listing.Filters(segment="nobody"))


def test_quick_results_tell_namesakes_apart_without_giving_contacts_away(db):
    factories.customer(name="Ada Lovelace", email="ada@example.com", city="London")
    factories.customer(name="Ada Byron", phone="0812345678")
    hints = {profile.name: hint for profile, hint in listing.quick("ada", limit=5)}
    assert hints == {"Ada Lovelace": "a•••@example.com · London", "Ada Byron": "+66 •• ••• 5678"}


def test_the_first_source_and_any_source_are_two_questions(db):
    ada = factories.customer(email="ada@example.com", source_key="shop")
    factories.customer(email="ada@example.com", source_key="till")
    bo = factories.customer(email="bo@example.com", source_key="till")
    assert {row.id for row in listing.known(listing.Filters(source="till"))} == {ada.id, bo.id}
    assert {row.id for row in listing.known(listing.Filters(first_source="till"))} == {bo.id}


def test_nobody_but_known_people_is_listed(db):
    ada = factories.customer(name="Ada")
    for status in (Status.ANONYMOUS, Status.MERGED, Status.ERASED):
        Customer.objects.filter(id=ada.id).update(status=status)
        assert list(listing.known(NOTHING)) == []
        assert found("ada") == []
