"""C5: a warranty card and a pre-order reach the same profile, and the warranty is found when it is claimed."""

import datetime as dt

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from commerce.models import PreOrder, Product, Warranty
from consent.models import ConsentRecord
from customers.models import Customer
from tests import factories, filling


def test_c05_a_warranty_card_and_a_pre_order_reach_the_profile_and_the_warranty_is_found(db):
    cache.clear()
    now, today = timezone.now(), timezone.localdate()
    Product.objects.create(sku="D-1", name="Sandalwood Diffuser", warranty_months=24, created_at=now, updated_at=now)
    ann = factories.customer(email="ann@example.com", name="Ann Smith", phone="+66812345678")
    order = factories.order(ann, external_id="#1001", placed_at=now - dt.timedelta(days=2))

    # She fills in the card at home; nothing is ticked, so nothing is allowed.
    home = Client()
    bought = (today - dt.timedelta(days=2)).isoformat()
    card = {
        "product": "sandalwood diffuser",
        "serial": "mc 48-210",
        "bought_on": bought,
        "order_number": "1001",
        "name": "Ann Smith",
        "email": "ann@example.com",
    }
    answer = filling.send(home, "warranty", **card)
    assert "Sandalwood Diffuser" in home.get(answer["Location"]).content.decode()
    answer = filling.send(
        home, "preorder", product="Gift box for Songkran", quantity="2", way="pickup", name="Ann", phone="081-234-5678"
    )
    number = PreOrder.objects.get().number
    assert number in home.get(answer["Location"]).content.decode()
    kept = Warranty.objects.get()
    assert Customer.objects.filter(status="known").count() == 1
    assert (kept.customer_id, kept.sku, kept.order_id, kept.months) == (ann.id, "D-1", order.id, 24)
    assert PreOrder.objects.get().customer_id == ann.id
    assert not ConsentRecord.objects.exists()

    # A clerk sees both on her page; a year later the card is found by any of what she remembers, and claimed.
    clerk = Client()
    clerk.force_login(factories.staff("clerk"))
    page = clerk.get(f"/customers/{ann.id}/").content.decode()
    assert all(words in page for words in ("Sandalwood Diffuser", "Gift box for Songkran", number))
    for remembered in ("MC48210", "Ann", "081 234 5678", "ann@example.com"):
        found = clerk.post("/warranties/", {"q": remembered}).content.decode()
        assert f"/warranties/{kept.id}/" in found, remembered
    clerk.post(f"/warranties/{kept.id}/claim/", {"text": "It leaks"})
    assert "It leaks" in clerk.get(f"/warranties/{kept.id}/").content.decode()
    assert f"/warranties/{kept.id}/" in clerk.get("/warranties/?state=claimed").content.decode()
    clerk.post(f"/warranties/{kept.id}/close/", {"text": "Got a new one"})
    assert Warranty.objects.get().state == "closed"

    # The pre-order is found by its number and handed over.
    assert "Ann Smith" in clerk.post("/preorders/", {"q": number.lower()}).content.decode()
    for state in ("confirmed", "ready", "collected"):
        clerk.post(f"/preorders/{PreOrder.objects.get().id}/move/", {"state": state})
    assert PreOrder.objects.get().state == "collected"
