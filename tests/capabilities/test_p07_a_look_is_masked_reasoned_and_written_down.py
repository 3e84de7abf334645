"""P7: a marketer sees a contact masked, asks to see it and says why; the privacy officer reads who looked and why; the
log refuses to be changed.
"""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from cdp.core.models import AccessEntry
from customers.models import ContactPoint
from customers.rules.reasons import REASONS
from customers.selectors import profiles
from tests import factories

MAIL = "ada.lovelace@example.com"


def logged_in(role: str) -> Client:
    client = Client()
    client.force_login(factories.staff(role))
    return client


def test_a_look_is_masked_reasoned_and_written_down(db: None) -> None:
    ada = factories.customer(name="Ada Lovelace", email=MAIL)
    part = ContactPoint.objects.get(customer=ada, kind="email").id
    page, show = (
        reverse("customers:customer-detail", args=[ada.id]),
        reverse("customers:contact-show", args=[ada.id, part]),
    )
    viewer, marketer, officer = logged_in("viewer"), logged_in("marketer"), logged_in("privacy")
    for colleague in (viewer, marketer):
        assert MAIL not in colleague.get(page).content.decode()
    code, reason = REASONS[0]
    assert viewer.post(show, {"reason": code}).status_code == 403
    assert MAIL not in marketer.post(show, {}).content.decode(), "not without a reason"
    assert MAIL in marketer.post(show, {"reason": code}).content.decode()

    log = officer.get(f"/consent/access/?customer={ada.id}&with_reason=on")
    [row] = log.context["rows"]
    assert (row["who"], row["reason"]) == ("Marketer", reason)
    assert "Marketer" in officer.get(page).content.decode(), "the customer's page tells it too"
    assert marketer.get("/consent/access/").status_code == 403
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_accessentry")
    assert AccessEntry.objects.filter(customer_ids__contains=[ada.id]).count() >= 4


def test_what_is_as_good_as_money_or_a_name_is_for_those_who_serve_customers(db: None) -> None:
    ada = factories.customer(name="Ada Lovelace", member_number="M1234567897")
    coupon = factories.coupon(ada)
    number = profiles.one(ada).value(profiles.Kind.MEMBER)
    clients = {role: logged_in(role) for role in ("viewer", "marketer", "clerk")}
    told = {
        role: "".join(
            client.get(reverse(f"customers:customer-{page}", args=[ada.id])).content.decode()
            for page in ("detail", "timeline")
        )
        for role, client in clients.items()
    }
    for role in ("viewer", "marketer"):
        assert coupon.code not in told[role]
        assert f"•••• {coupon.code[-2:]}" in told[role]
        assert number not in told[role].replace(" ", "")
    assert coupon.code in told["clerk"]
    assert number in told["clerk"].replace(" ", "")
    # Whoever may not, learns who may.
    refused = clients["viewer"].get("/consent/ledger/").content.decode()
    assert "It is for the roles Privacy officer, Owner." in refused
