"""C10: a visitor looks at products, keeps favourites and rates what was bought; once known, all of it is on the page."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from analytics.services import products
from cdp.core import pipeline
from commerce.models import StockInterest, Wish
from customers.models import Customer, Status
from customers.services import buckets
from events.services import draining
from surveys.models import Review
from tests import factories
from tests.events.conftest import Caller, caller

__all__ = ["caller"]
pytestmark = pytest.mark.django_db(transaction=True)
CUP = {"product_id": "9", "sku": "CUP", "name": "Blue cup", "price": "290", "currency": "THB", "category": "Kitchen"}
PEN = {"product_id": "8", "sku": "PEN", "name": "Brass pen", "price": 550, "currency": "THB"}


def track(name: str, /, **told: Any) -> dict[str, Any]:
    return {"type": "track", "anonymousId": "visitor-1", "event": name, "properties": told}


def settle() -> None:
    draining.drain(now=timezone.now())
    pipeline.drain_all(now=timezone.now())


def test_favourites_ratings_and_views_reach_the_profile_through_the_real_door(caller: Caller, client: Client) -> None:
    buckets.ensure()
    sent = caller.send(
        track("Product Viewed", **CUP),
        track("Viewed Product", **CUP),
        track("Product Viewed", **PEN),
        track("Product Added to Wishlist", wishlist_name="Birthday", **CUP),
        track("Product Added to Wishlist", wishlist_name="Birthday", **PEN),
        track("Product Removed from Wishlist", wishlist_name="Birthday", **PEN),
        track("Back In Stock Requested", **PEN),
        track("Product Shared", share_via="line", **CUP),
    )
    assert sent.body["accepted"] == 8
    settle()
    assert Wish.objects.filter(removed_at=None).get().sku == "CUP"

    caller.send(
        {
            "type": "identify",
            "anonymousId": "visitor-1",
            "userId": "m-1",
            "traits": {"email": "mali@example.com", "name": "Mali Jaidee"},
        },
        {
            **track("Product Reviewed", product_id="9", sku="CUP", review_id="r-1", rating="4"),
            "userId": "m-1",
        },
    )
    caller.send(
        {
            **track("Product Reviewed", sku="CUP", review_id="r-2", rating="5", review_body="Keeps my tea warm"),
            "userId": "m-1",
        }
    )
    settle()
    mali = Customer.objects.get(status=Status.KNOWN)
    assert Wish.objects.filter(removed_at=None).get().customer_id == mali.id
    assert StockInterest.objects.get(ended_at=None).customer_id == mali.id
    assert set(Review.objects.values_list("customer_id", "rating")) == {(mali.id, 4), (mali.id, 5)}

    client.force_login(factories.staff("marketer"))
    page = client.get(f"/customers/{mali.id}/").content.decode()
    for told in ("Wish list", "Birthday", "Waits to be back in stock", "Brass pen", "Looks at most", "2 times"):
        assert told in page
    for told in ("2 reviews", "4.5 of 5", "Keeps my tea warm", "Rated Blue cup: 5 of 5"):
        assert told in page

    products.count(now=timezone.now())
    listed = client.get("/products/").content.decode()
    assert "Blue cup" in listed
    assert "2 reviews" in listed
