"""What whoever may not see contacts in full is shown of a person, page by page: never the thing itself."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cdp.core import actors
from customers.models import Customer
from customers.services import notes
from tests import factories

MAIL, PHONE, STREET, NOTE = "ada.lovelace@example.com", "+66812345678", "99/7 Sukhumvit Soi 71", "Her gate code is 4711"
BORN = dt.date(1985, 3, 9)


@pytest.fixture
def ada(db: None) -> Customer:
    customer = factories.customer(
        name="Ada Lovelace", email=MAIL, phone=PHONE, street=STREET, city="Bangkok", birth_date=BORN.isoformat()
    )
    notes.add(customer=customer.id, kind="note", text=NOTE, actor=actors.SYSTEM, at=timezone.now())
    return customer


def pages(ada: Customer) -> dict[str, str]:
    return {
        "list": reverse("customers:customer-list"),
        "page": reverse("customers:customer-detail", args=[ada.id]),
        "timeline": reverse("customers:customer-timeline", args=[ada.id]),
    }


def told(text: str) -> set[str]:
    """Which of the planted values stand in a page, in any spelling people use."""
    spelt = {
        "mail": [MAIL],
        "phone": [PHONE, "081 234 5678", "081-234-5678", "0812345678", "+66 81 234 5678", "81 234 5678"],
        "street": [STREET, "Sukhumvit Soi"],
        "note": ["gate code"],
        "born": ["9 March 1985", "March 9, 1985", "1985-03-09", "9 Mar 1985", "09/03/1985", "Mar 9, 1985"],
    }
    return {what for what, spellings in spelt.items() if any(one in text for one in spellings)}


@pytest.mark.parametrize("role", ["viewer", "marketer"])
def test_contacts_address_birth_date_and_notes_are_hidden(client: Client, ada: Customer, role: str) -> None:
    client.force_login(factories.staff(role))
    found = {}
    for name, path in pages(ada).items():
        headers = {"HX-Request": "true"} if name == "timeline" else {}
        found[name] = told(client.get(path, headers=headers).content.decode())
    found["search"] = told(client.post(reverse("web:search"), {"q": "Ada"}).content.decode())
    assert not any(found.values()), found


def test_whoever_serves_customers_sees_them(client: Client, ada: Customer) -> None:
    client.force_login(factories.staff("clerk"))
    page = client.get(pages(ada)["page"]).content.decode()
    assert told(page) >= {"mail", "phone", "street", "note"}
