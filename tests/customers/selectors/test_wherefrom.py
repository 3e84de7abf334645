"""Where each value comes from, in words."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from cdp.core.models import Job, Source
from customers.models import MergeLog
from customers.rules.people import Person
from customers.selectors import lineage, merges, profiles, wherefrom
from customers.services import identity
from tests import factories

NOW = dt.datetime(2026, 10, 3, 12, tzinfo=dt.UTC)
NAMED = {"shop": "Storefront", "signup": "Sign-up form", "phone": "Calls", "staff": "Staff"}


@pytest.mark.parametrize(
    ("source", "fact", "is_first", "words"),
    [
        ("shop", "order:1001", True, "Order #1001 · Storefront"),
        ("shop", "order:A-7", True, "Order A-7 · Storefront"),
        ("shop", "event:m1", True, "Tracking · Storefront"),
        ("signup", "form:signup", True, "Sign-up form"),
        ("phone", "staff:1", True, "Told on the phone"),
        ("staff", "staff:1", True, "Entered by staff"),
        ("staff", "staff:1", False, "Corrected by staff"),
        ("till", "key:1", True, "REST API · till"),
        ("shop", "import:gone", True, "Import · Storefront"),
        ("shop", "survey:visit:3", True, "Survey visit, version 3 · Storefront"),
        ("shop", "something:new", True, "Storefront"),
        ("", "", True, ""),
    ],
)
def test_a_fact_is_told_in_words(source, fact, is_first, words):
    assert wherefrom.Words(NAMED, [])(source, fact, is_first=is_first) == words


@pytest.fixture
def shop(db):
    Source.objects.create(key="shop", name="Storefront")
    return Source.objects.get(key="shop")


@pytest.fixture
def clerk(client, db):
    client.force_login(factories.staff("clerk"))
    return client


def tell(shop, by, **person):
    (found,) = identity.resolve_many([Person(told_by=by, **person)], source=shop, now=NOW)
    return found.customer


def test_fields_contacts_and_identifiers_say_who_told_them(shop, clerk, django_assert_num_queries):
    file = Job.objects.create(id=uuid.uuid4(), kind="import", title="customers.csv")
    tell(shop, f"import:{file.id}", email="ann@example.com", given_name="Ann", name="Ann", company="Acme")
    ann = tell(shop, "order:1001", email="ann@example.com", phone="+66812345678", city="Bangkok")
    profile = profiles.one(ann)
    with django_assert_num_queries(2):  # identifiers, names of files
        told = wherefrom.of(profile, labels={"name": "Name", "company": "Company", "city": "Place"}, named=NAMED)
    assert {field: one.by for field, one in told.fields.items()} == {
        "name": "Import customers.csv · Storefront",
        "company": "Import customers.csv · Storefront",
        "city": "Order #1001 · Storefront",
    }
    assert [(one.label, one.by) for one in told.links] == [
        ("E-mail", "Import customers.csv · Storefront"),
        ("Phone", "Order #1001 · Storefront"),
    ]
    assert [(one.label, one.by) for one in told.fields_together] == [
        ("Name, Company", "Import customers.csv · Storefront"),
        ("Place", "Order #1001 · Storefront"),
    ]
    assert [one.label for one in told.links_together] == ["E-mail", "Phone"]
    assert told.parts[profile.phone_contact.id].by == "Order #1001 · Storefront"
    page = clerk.get(reverse("customers:customer-detail", args=[ann])).content.decode()
    assert 'title="Order #1001 · Storefront · 3 Oct 2026"' in page
    assert "Known by" in page


def test_who_was_merged_by_machine_says_what_named_both(shop, clerk):
    first = tell(shop, "order:1", email="ann@example.com", given_name="Ann", name="Ann")
    tell(shop, "order:2", member_number="M-1", given_name="Ann", name="Ann")
    tell(shop, "order:3", email="ann@example.com", member_number="M-1")
    (one,) = merges.told(first, lineage.of(first), named=lambda: NAMED).shown
    assert (one.fact, one.named_labels) == ("Order #3 · Storefront", "Member number, E-mail")
    assert MergeLog.objects.get().why["named"] == ["member_number", "email"]
    url = reverse("customers:customer-detail", args=[first])
    assert "automatically: Order #3 · Storefront named both (Member number, E-mail)" in clerk.get(url).content.decode()


def test_what_nobody_noted_is_said_to_be_so(shop):
    ann = tell(shop, "order:1", email="ann@example.com", company="Acme")
    profile = profiles.one(ann)
    profile.customer.origins = None
    told = wherefrom.of(profile, labels={"company": "Company"}, named={})
    assert (told.fields["company"].by, told.fields["company"].at) == ("", None)
