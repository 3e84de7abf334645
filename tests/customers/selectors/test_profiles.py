"""Opening sealed values: whole, in order, in a fixed number of queries, and noted."""

import uuid

import pytest

from cdp.core import context
from cdp.core.crypto import subjects
from cdp.core.models import DataKey
from customers.models import Customer, Status
from customers.selectors import lineage, profiles
from tests import factories


@pytest.fixture
def ada(db):
    return factories.customer(
        name="Ada Lovelace",
        email="ada@example.com",
        phone="0812345678",
        external_id="7",
        street="12 Analytical Road",
        city="Bangkok",
        postcode="10110",
        province="กรุงเทพ",
        country="TH",
    )


def test_a_profile_is_whole(ada):
    profile = profiles.one(ada.id)
    assert (profile.name, profile.given_name, profile.family_name) == ("Ada Lovelace", "Ada", "Lovelace")
    assert (profile.email, profile.phone) == ("ada@example.com", "+66812345678")
    assert [(contact.source, contact.value) for contact in profile.external_ids] == [("shop", "7")]
    assert profile.place.street == "12 Analytical Road"
    assert profile.place.rest == "Bangkok 10110, Thailand"
    assert profile.where == "Bangkok"
    assert profile.contact("phone").written == "+66 81 234 5678"


def test_the_latest_contact_is_the_primary_one_and_the_former_stays(ada):
    factories.customer(external_id="7", email="new@example.com")
    profile = profiles.one(ada.id)
    assert profile.email == "new@example.com"
    assert [contact.value for contact in profile.contacts if contact.kind == "email"] == [
        "new@example.com",
        "ada@example.com",
    ]


def test_opening_many_takes_as_many_queries_as_opening_one(ada, django_assert_num_queries):
    people = [ada, *(factories.customer(name=f"Kim {number}", email=f"k{number}@example.com") for number in range(9))]
    with django_assert_num_queries(4):
        profiles.opened([person.id for person in people])
    with django_assert_num_queries(2):
        profiles.opened(people, with_places=False)


def test_the_order_asked_for_is_kept_and_strangers_are_left_out(ada):
    bo = factories.customer(name="Bo")
    stranger = uuid.uuid4()
    assert list(profiles.opened([bo.id, stranger, ada, bo.id])) == [bo.id, ada.id]
    assert profiles.opened([]) == {}
    assert profiles.one(stranger) is None


def test_whoever_is_shown_is_noted_and_who_is_compared_is_not(ada):
    context.begin()
    profiles.opened([ada], shown=False)
    assert context.shown() == []
    profiles.opened([ada])
    assert context.shown() == [ada.id]


def test_without_its_key_a_person_is_nothing_but_a_row(ada):
    subjects.note_destroyed([ada.id])
    DataKey.objects.filter(customer_id=ada.id).delete()
    profile = profiles.one(ada.id)
    assert (profile.name, profile.email, profile.place.street) == ("", "", "")


@pytest.mark.parametrize(
    ("name", "language"), [("สมชาย ใจดี", "th"), ("김민수", "ko"), ("Ada Lovelace", ""), ("田中太郎", "zh")]
)
def test_a_name_knows_its_language_where_the_script_tells(db, name, language):
    assert profiles.one(factories.customer(name=name).id).name_language == language


def test_a_lineage_holds_everybody_absorbed(db):
    a, b, c = (factories.customer(name=name) for name in ("A", "Bo", "Cy"))
    Customer.objects.filter(id=c.id).update(status=Status.MERGED, merged_into=b.id)
    Customer.objects.filter(id=b.id).update(status=Status.MERGED, merged_into=a.id)
    assert lineage.get(c.id) == lineage.Found(Customer.objects.get(id=a.id), is_survivor=True)
    assert set(lineage.of(a.id)) == {a.id, b.id, c.id}
    assert lineage.of(c.id) == [c.id]


def test_a_circle_of_merges_ends(db):
    a, b = factories.customer(name="A"), factories.customer(name="Bo")
    Customer.objects.filter(id=a.id).update(status=Status.MERGED, merged_into=b.id)
    Customer.objects.filter(id=b.id).update(status=Status.MERGED, merged_into=a.id)
    with pytest.raises(lineage.Unknown):
        lineage.get(a.id)
