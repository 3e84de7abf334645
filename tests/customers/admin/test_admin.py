"""The stewards' desk: exact look-up, nothing in clear in lists, nothing changed by hand, every look written down."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cdp.core import actors, ids
from cdp.core.models import AccessEntry, AuditEntry
from customers.models import Address, ContactPoint, MergeSuggestion, Note
from customers.services import notes
from tests import factories


@pytest.fixture
def steward(db):
    client = Client()
    client.force_login(factories.staff("steward"))
    return client


@pytest.fixture
def ada(db):
    factories.customer(name="Bo Diddley", email="bo@example.com")
    return factories.customer(
        name="Ada Lovelace", email="ada@example.com", phone="0812345678", street="12 Analytical Road", city="Bangkok"
    )


def url(model, what="changelist", *args):
    return reverse(f"admin:customers_{model}_{what}", args=args)


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_shows_names_and_masked_contacts(steward, ada):
    words = text(steward.get(url("customer")))
    assert "Ada Lovelace" in words
    assert "a•••@example.com" in words
    assert "ada@example.com" not in words
    assert "81 234 5678" not in words


@pytest.mark.parametrize("term", ["ADA@example.com", "081-234-5678", "id"])
def test_a_customer_is_found_by_exact_identifier_or_id(steward, ada, term):
    words = text(steward.get(url("customer"), {"q": str(ada.id) if term == "id" else term}))
    assert "Ada Lovelace" in words
    assert "Bo Diddley" not in words


@pytest.mark.parametrize("term", ["x", "nobody@example.com"])
def test_nobody_is_found_by_what_nobody_has(steward, ada, term):
    assert "Ada Lovelace" not in text(steward.get(url("customer"), {"q": term}))


def test_every_look_is_written_down(steward, ada):
    steward.get(url("customer", "change", ada.id))
    entry = AccessEntry.objects.get()
    assert entry.customer_ids == [ada.id]
    assert entry.view == "admin:customers_customer_change"


def test_a_record_opens_for_reading_only(steward, ada):
    words = text(steward.get(url("customer", "change", ada.id)))
    assert "12 Analytical Road" in words
    assert 'name="city"' not in words
    assert steward.post(url("customer", "change", ada.id), {"city": "Nowhere"}).status_code == 403
    assert steward.get(url("customer", "add")).status_code == 403
    assert steward.get(url("customer", "delete", ada.id)).status_code == 403


def test_a_list_of_customers_costs_the_same_however_long(steward, ada, django_assert_max_num_queries):
    for number in range(20):
        factories.customer(name=f"Kim {number}", email=f"k{number}@example.com")
    with django_assert_max_num_queries(14):
        steward.get(url("customer"))


@pytest.mark.parametrize("model", ["contactpoint", "address", "identifier", "note", "mergesuggestion"])
def test_the_other_records_are_listed_and_found_by_their_owner(steward, ada, model):
    notes.add(customer=ada.id, kind="note", text="Secret words", actor=actors.SYSTEM, at=timezone.now())
    words = text(steward.get(url(model), {"q": "ada@example.com"}))
    assert "ada@example.com" not in words.replace('value="ada@example.com"', "")
    assert "Secret words" not in words
    if model != "mergesuggestion":
        assert "Ada Lovelace" in words
        assert "Bo Diddley" not in words


def test_parts_open_one_by_one(steward, ada):
    notes.add(customer=ada.id, kind="note", text="Secret words", actor=actors.SYSTEM, at=timezone.now())
    for model, row in (("contactpoint", ContactPoint), ("address", Address), ("note", Note)):
        found = row.objects.filter(customer_id=ada.id).first()
        words = text(steward.get(url(model, "change", found.id)))
        assert "Ada Lovelace" in words
        assert ("Secret words" in words) == (model == "note")


def test_two_people_are_kept_apart(steward, ada):
    other = factories.customer(name="Ada Lovelace")
    first, second = sorted((ada.id, other.id))
    row = MergeSuggestion.objects.create(
        id=ids.uuid7(), customer_id=first, other_id=second, reason="shared_identifier", created_at=timezone.now()
    )
    steward.post(url("mergesuggestion"), {"action": "keep_apart", "_selected_action": [str(row.id)]})
    row.refresh_from_db()
    assert row.state == "apart"
    assert AuditEntry.objects.filter(action="customers:customer:kept_apart").count() == 2


def test_a_clerk_has_no_business_here(db, ada):
    client = Client()
    client.force_login(factories.staff("clerk"))
    assert client.get(url("customer")).status_code in {302, 403}


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Data sources"), ("th", "แหล่งที่มาของข้อมูล"), ("ko", "데이터 출처")]
)
def test_every_group_of_records_has_a_name_for_people(steward, language, name):
    response = steward.get(f"/admin/?lang={language}")
    names = {app["app_label"]: str(app["name"]) for app in response.context["app_list"]}
    assert names["core"] == name
    assert not {key for key, shown in names.items() if shown.casefold() == key and language != "en"}
