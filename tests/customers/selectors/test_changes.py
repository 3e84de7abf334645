"""Edits by staff in the history of a customer."""

import pytest
from django.utils import timezone

from cdp.core import actors
from customers.rules.people import Person
from customers.selectors import changes, history
from customers.services import profiles
from tests import factories

pytestmark = pytest.mark.django_db


def edited(customer, person):
    profiles.edit(
        customer=customer.id,
        person=person,
        source=profiles.staff_source(),
        actor=actors.staff(factories.staff("steward")),
        at=timezone.now(),
    )


def test_a_changed_phone_leaves_a_trace_that_names_the_field_and_not_the_number():
    ada = factories.customer(name="Ada Lovelace", email="ada@example.com", phone="+66812345678")
    edited(ada, Person(phone="+66898765432"))
    (entry,) = history.page(ada.id, kinds=["profile"]).entries
    assert entry.title == "Details changed: Phone"
    assert entry.data == {"fields": ["phone"], "author": "Steward"}
    assert "8987" not in str(entry)


def test_an_import_leaves_no_such_trace():
    ada = factories.customer(name="Ada Lovelace", email="ada@example.com")
    factories.customer(email="ada@example.com", city="London")
    assert history.page(ada.id, kinds=["profile"]).entries == []


def test_the_parts_of_a_name_are_not_told_beside_the_whole():
    assert changes.words(["family_name", "name", "phone"]) == "Name, Phone"
    assert changes.words(["external_id@shop", "tags"]) == "Customer number, Tags"
