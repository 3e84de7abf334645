"""Saving and editing one profile: identifiers, households, races with identity resolution."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from cdp.core import actors
from customers.models import Address, ContactPoint, Customer, Identifier, MergeSuggestion, SharedIdentifier, Status
from customers.rules import telling
from customers.rules.people import Rules
from customers.selectors import identifiers
from customers.selectors import profiles as reading
from customers.services import profiles, suggestions
from customers.services.identity.resolving import IdentityConflict
from tests import factories


def told(**fields):
    person, faults = telling.read(fields, Rules(region="TH", today=timezone.localdate(), dayfirst=True))
    assert not faults
    return person


def edit(customer, **fields):
    profiles.edit(
        customer=customer.id,
        person=told(**fields),
        source=factories.source(),
        actor=actors.SYSTEM,
        at=timezone.now(),
    )
    return reading.one(customer.id)


def save(**fields):
    return profiles.save(told(**fields), source=factories.source(), actor=actors.SYSTEM, at=timezone.now())


def owner(kind, value, scope=""):
    return (
        Identifier.objects.filter(digest=identifiers.digest(kind, value, scope))
        .values_list("customer_id", flat=True)
        .first()
    )


@pytest.fixture
def ada(db):
    return factories.customer(
        name="Ada Lovelace", email="ada@example.com", phone="0812345678", external_id="7", street="1 Road", city="Paris"
    )


def test_a_replaced_address_identifies_nobody(ada):
    profile = edit(ada, email="new@example.com")
    assert profile.email == "new@example.com"
    assert owner("email", "ada@example.com") is None
    assert owner("email", "new@example.com") == ada.id
    assert ContactPoint.objects.filter(customer_id=ada.id, kind="email").count() == 1


def test_the_same_address_in_another_spelling_keeps_its_key(ada):
    profile = edit(ada, email="ADA@example.com")
    assert profile.email == "ADA@example.com"
    assert owner("email", "ada@example.com") == ada.id


def test_everything_can_be_cleared(ada):
    profile = edit(ada, name="", email="", phone="", external_id="", street="", city="", tags="", birth_date="")
    assert (profile.name, profile.given_name, profile.contacts, profile.places) == ("", "", (), ())
    assert not Identifier.objects.filter(customer_id=ada.id).exists()
    ada.refresh_from_db()
    assert (ada.search_tokens, ada.given_name_key, ada.city) == ([], None, "")


def test_silence_changes_nothing(ada):
    before = Customer.objects.values().get(id=ada.id)
    profile = edit(ada)
    after = Customer.objects.values().get(id=ada.id)
    assert before | {"updated_at": None} == after | {"updated_at": None}
    assert profile.email == "ada@example.com"


def test_an_address_is_corrected_in_place(ada):
    profile = edit(ada, city="London")
    assert [(place.street, place.city) for place in profile.places] == [("1 Road", "London")]
    assert edit(ada, street="", city="").places == ()
    assert edit(ada, street="2 Road", country="TH").place.rest == "Thailand"


def test_an_unchanged_address_keeps_its_row(ada):
    before = Address.objects.get(customer_id=ada.id).id
    edit(ada, street="1 Road", city="Paris", job_title="Analyst")
    assert Address.objects.get(customer_id=ada.id).id == before


def test_a_phone_shared_with_another_given_name_becomes_a_households(ada):
    bo = factories.customer(name="Bo Lovelace", email="bo@example.com")
    assert edit(bo, phone="0812345678").phone == "+66812345678"
    holders = SharedIdentifier.objects.values_list("customer_id", flat=True)
    assert set(holders) == {ada.id, bo.id}
    # Once it is given up, the other keeps it.
    edit(ada, phone="")
    assert owner("phone", "+66812345678") == bo.id


def test_a_phone_of_somebody_with_the_same_name_or_none_is_a_conflict(ada):
    twin = factories.customer(name="Ada Byron", email="twin@example.com")
    with pytest.raises(IdentityConflict):
        edit(twin, phone="0812345678")
    assert reading.one(twin.id).phone == ""
    assert MergeSuggestion.objects.count() == 1


def test_cards_add_up_to_their_limit_and_the_oldest_gives_way(ada):
    for number in range(6):
        edit(ada, card_token=f"tok_{number}")
    assert Identifier.objects.filter(customer_id=ada.id, kind="card").count() == 5
    assert owner("card", "tok_0") is None
    assert owner("card", "tok_5") == ada.id
    edit(ada, card_token="")
    assert not Identifier.objects.filter(customer_id=ada.id, kind="card").exists()


def test_a_conflict_leaves_everything_as_it_was(ada):
    factories.customer(email="taken@example.com")
    before = (
        Customer.objects.values().get(id=ada.id),
        list(Identifier.objects.filter(customer_id=ada.id).order_by("digest").values()),
        list(ContactPoint.objects.filter(customer_id=ada.id).order_by("id").values()),
    )
    with pytest.raises(IdentityConflict):
        edit(ada, phone="0899999999", email="taken@example.com", city="Nowhere")
    after = (
        Customer.objects.values().get(id=ada.id),
        list(Identifier.objects.filter(customer_id=ada.id).order_by("digest").values()),
        list(ContactPoint.objects.filter(customer_id=ada.id).order_by("id").values()),
    )
    assert before == after


@pytest.mark.parametrize("status", [Status.MERGED, Status.ERASED, Status.BUCKET])
def test_nobody_edits_somebody_who_is_no_longer_here(ada, status):
    Customer.objects.filter(id=ada.id).update(status=status)
    with pytest.raises(profiles.UnableToEdit):
        edit(ada, city="London")


def test_an_anonymous_visitor_who_gives_a_name_is_known(ada):
    Customer.objects.filter(id=ada.id).update(status=Status.ANONYMOUS)
    edit(ada, name="Ada Byron")
    ada.refresh_from_db()
    assert ada.status == Status.KNOWN


def test_saving_tells_new_from_known(db):
    first = save(email="kim@example.com", name="Kim")
    assert first.is_new
    again = save(email="KIM@example.com", city="Seoul")
    assert (again.customer, again.is_new) == (first.customer, False)


def test_a_decided_pair_is_not_asked_again(db):
    a, b = factories.customer(name="A"), factories.customer(name="Bo")
    for _ in range(2):
        profiles.suggest([b.id, a.id], source=factories.source(), actor=actors.SYSTEM, at=timezone.now())
    (row,) = MergeSuggestion.objects.all()
    assert row.customer_id == min(a.id, b.id)
    assert suggestions.keep_apart(suggestions=[row], actor=actors.SYSTEM, at=timezone.now()) == 1
    assert suggestions.keep_apart(suggestions=[row], actor=actors.SYSTEM, at=timezone.now()) == 0
    profiles.suggest([a.id, b.id], source=factories.source(), actor=actors.SYSTEM, at=timezone.now())
    assert MergeSuggestion.objects.get().state == "apart"


@pytest.mark.django_db(transaction=True)
def test_two_tills_that_save_the_same_person_at_once_make_one():
    factories.source()
    ready, results = threading.Barrier(4), []

    def till(number):
        try:
            ready.wait(timeout=60)
            results.append(save(email="kim@example.com", external_id="1", city=f"City {number}").customer)
        finally:
            connection.close()

    threads = [threading.Thread(target=till, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(results) == 4
    assert len(set(results)) == 1
    assert Customer.objects.filter(status=Status.KNOWN).count() == 1
