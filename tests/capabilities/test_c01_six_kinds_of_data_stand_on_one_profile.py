"""C1: what a customer is, does, thinks and buys, and what was said with them, stands on one profile."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cdp.core import pipeline
from customers.models import Customer, Status
from customers.services import buckets
from events.services import draining
from tests import factories, filling
from tests.events.conftest import Caller, caller

__all__ = ["caller"]
WHO = {"userId": "m-1", "anonymousId": "visitor-1"}
BASIC = {
    "email": "mali@example.com",
    "phone": "0812345678",
    "firstName": "Mali",
    "lastName": "Dee",
    "title": "Florist",
    "address": {"street": "1 Long Road", "city": "Chiang Mai", "postalCode": "50200", "country": "TH"},
}
ORDER = {
    "order_id": "1001",
    "currency": "THB",
    "total": "590.00",
    "products": [{"sku": "serum", "name": "Serum", "price": 590, "quantity": 1}],
}
REVIEW = {"product_id": "serum", "review_id": "r-1", "review_body": "Soft, but the bottle leaks", "rating": "4"}


@pytest.fixture
def clerk(transactional_db: None) -> Client:
    client = Client()
    client.force_login(factories.staff("clerk"))
    return client


def test_six_kinds_of_data_stand_on_one_profile(caller: Caller, clerk: Client, settings: Any) -> None:
    settings.CDP_SPECIAL_DETAILS = frozenset({"ethnicity"})
    buckets.ensure()
    told = caller.send(
        {
            "type": "identify",
            "messageId": "1",
            **WHO,
            "traits": {**BASIC, "gender": "female", "birthday": "1990-05-01"},
        },
        {"type": "page", "messageId": "2", **WHO, "name": "Serum", "properties": {"path": "/serum"}},
        {"type": "track", "messageId": "3", **WHO, "event": "Order Completed", "properties": ORDER},
        {"type": "track", "messageId": "4", **WHO, "event": "Product Reviewed", "properties": REVIEW},
    )
    assert told.body == {"success": True, "accepted": 4, "rejected": []}
    draining.drain(now=timezone.now())
    pipeline.drain_all(now=timezone.now())
    mali = Customer.objects.get(status=Status.KNOWN)
    talk = {"form_token": filling.token("phone"), "direction": "in"}
    said = {"topic": "product", "outcome": "solved", "text": "Loves the scent, asks for a smaller bottle"}
    assert clerk.post(f"/phone/{mali.id}/", talk | said).status_code == 302
    # Of the special categories only where the shop keeps it, and only with an explicit yes.
    detail = f"/consent/special/{mali.id}/ethnicity/"
    assert clerk.post(detail, {"value": "Karen"}).status_code == 422
    assert clerk.post(detail, {"value": "Karen", "agreed": "on"}).status_code == 302

    shown = " ".join(clerk.get(f"/customers/{mali.id}/").content.decode().split())
    for kind, words in {
        "basic": ("Mali Dee", "mali@example.com", "Florist", "Chiang Mai"),
        "demographic": ("Female", "1 May 1990", "kept with explicit consent"),
        "behavioural": ("1 page",),
        "attitudinal": ("Soft, but the bottle leaks",),
        "interaction": ("Loves the scent, asks for a smaller bottle",),
        "transactional": ("1001", "590"),
    }.items():
        for word in words:
            assert word in shown, (kind, word)
    assert "Karen" not in shown
