"""Events of which nothing came: which, where in them, whose, and what staff read beside the event."""

import pytest
from django.core.cache import cache

from cdp.core import api_keys
from commerce.models import Product, Storefront
from commerce.services.booking import explaining
from events.selectors import latest
from events.services import recording
from tests import factories
from tests.commerce.services.booking.test_orders import COMPLETED, CUP

pytestmark = pytest.mark.django_db


def remarked():
    events = latest.of_ids(list(recording.Event.objects.values_list("id", flat=True)))
    return sorted((remark.text, remark.is_wrong) for remark in explaining.remarks(list(events.values())).values())


def test_a_fault_tells_what_stands_where_and_whose_it_is(web, ada, client):
    web(ada, "Order Completed", **COMPLETED | {"total": "a lot"})
    web(None, "Order Completed", **COMPLETED | {"order_id": "1002", "products": [CUP | {"price": -5}]})
    web(ada, "Order Completed", **COMPLETED | {"order_id": "", "total": 1})
    found = {one.row.place: (one.value, one.number, one.customer) for one in explaining.told()}
    assert found == {
        "total": ("a lot", "1001", ada.id),
        "products.0.price": ("-5", "1002", None),
        "order_id": ("", "", ada.id),
    }
    assert remarked() == [("no order was written", True)] * 3
    client.force_login(factories.staff("steward"))
    page = client.get("/hooks/").content.decode()
    assert f"/customers/{ada.id}/?kind=event" in page
    assert "a lot" in page


def test_what_waits_for_its_order_what_robots_do_and_what_only_the_store_tells_is_no_fault(web, ada):
    web(ada, "Order Refunded", order_id="unknown")
    assert remarked() == [("waits", False)]
    web(ada, "Order Completed", **COMPLETED, **{"$context": {"bot": True}})
    assert remarked() == [("no order was written", False), ("waits", False)]
    Storefront.objects.create(source=web.source, orders_of=factories.source("store"), takes_orders=False)
    web(ada, "Order Completed", **COMPLETED | {"order_id": "1003"})
    assert remarked() == [("no order was written", False)] * 2 + [("waits", False)]


def test_an_order_that_was_written_has_no_remark(web, ada):
    web(ada, "Order Completed", **COMPLETED)
    web(ada, "Product Viewed", **CUP)
    assert remarked() == []


def test_a_host_that_keeps_pictures_is_named_until_it_is_allowed(web, ada, client):
    cache.clear()
    api_keys.create_write_key(web.source)
    web.source.allowed_origins = ["https://www.shop.example"]
    web.source.save(update_fields=["allowed_origins"])
    web(ada, "Product Viewed", **CUP | {"image_url": "https://cdn.pictures.example/cup.jpg"})
    assert Product.objects.get(sku="CUP").image_url == ""
    client.force_login(factories.staff("owner"))
    page = client.get("/hooks/").content.decode()
    assert "cdn.pictures.example" in page
    assert "/events/sources/web/" in page
    web.source.allowed_origins.append("https://pictures.example")
    web.source.save(update_fields=["allowed_origins"])
    assert explaining.left_off() == []
    web(ada, "Product Viewed", 1, **CUP | {"image_url": "https://cdn.pictures.example/cup.jpg"})
    assert Product.objects.get(sku="CUP").image_url == "https://cdn.pictures.example/cup.jpg"
