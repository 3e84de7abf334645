"""Warranty cards: kept, linked to product and order of their own customer only, found, claimed, closed."""

import datetime as dt

import pytest
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import AuditEntry
from commerce.models import OrderLine, Product, Warranty, WarrantyClaim
from commerce.selectors import warranties as reading
from commerce.services import preorders, warranties
from customers.selectors import exports
from customers.services import merging
from tests import factories

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


def register(who, product="Tea kettle", *, serial="MC-48210", days=10, **card):
    return warranties.register(
        customer=who.id,
        card=warranties.Card(product=product, bought_on=TODAY - dt.timedelta(days=days), serial=serial, **card),
        source="warranty",
        actor=actors.CUSTOMER,
        now=NOW,
    )


@pytest.fixture
def ann(db):
    return factories.customer(email="ann@example.com", name="Ann Smith", phone="0812345678")


@pytest.fixture
def kettle(db):
    return Product.objects.create(sku="K-1", name="Kettle", warranty_months=24, created_at=NOW, updated_at=NOW)


@pytest.mark.parametrize("typed", ["K-1", "k-1", "kettle", "  Kettle "])
def test_the_article_and_its_months_come_from_the_catalogue(ann, kettle, typed):
    card = register(ann, typed)
    assert (card.sku, card.name, card.typed, card.months) == ("K-1", "Kettle", None, 24)


def test_words_of_ones_own_are_sealed_and_get_the_usual_months(ann):
    card = register(ann)
    assert (card.sku, card.name, card.months) == ("", "", 12)
    assert b"Tea kettle" not in bytes(card.typed)
    (row,) = exports.of(ann.id)["commerce.Warranty"]
    assert (row["typed"], row["serial"]) == ("Tea kettle", "MC-48210")


def test_the_order_is_found_by_its_number_or_by_the_article_and_the_day(ann, kettle):
    order = factories.order(ann, external_id="#1001", placed_at=NOW - dt.timedelta(days=9))
    OrderLine.objects.create(
        customer_id=ann.id, order_id=order.id, sku="K-1", name="Kettle", quantity=1, unit_price=1, amount=1
    )
    assert register(ann, order_number="1001", serial="").order_id == order.id
    assert register(ann, "K-1", serial="").order_id == order.id
    assert register(ann, "K-1", days=30, serial="").order_id is None
    assert register(ann, order_number="9", serial="").order_id is None


def test_nobody_gets_at_an_order_of_somebody_else(ann):
    bob = factories.customer(email="bob@example.com", name="Bob")
    factories.order(bob, external_id="1001")
    assert register(ann, order_number="1001").order_id is None


def test_the_same_serial_of_two_people_is_kept_twice_and_told(ann):
    bob = factories.customer(email="bob@example.com", name="Bob")
    mine = register(ann, serial="MC-48210")
    theirs = register(bob, serial="MC48210")
    shown = {one.row.id: one.others for one in reading.listed(today=TODAY).rows}
    assert shown == {mine.id: 1, theirs.id: 1}
    assert [one.row.id for one in reading.same_serial(mine, today=TODAY)] == [theirs.id]


def test_the_same_thing_registered_again_by_its_owner_is_the_card_that_stands(ann, kettle):
    Product.objects.create(sku="D-1", name="Diffuser", created_at=NOW, updated_at=NOW)
    card = register(ann, "K-1", serial="MC-48210")
    assert register(ann, "my red kettle", serial="mc 48210", days=3).id == card.id
    assert register(ann, "D-1", serial="MC-48210").id != card.id
    assert register(ann, serial="").id != register(ann, serial="").id
    assert AuditEntry.objects.filter(action="commerce:warranty:registered").count() == 4


def test_a_claim_sent_twice_is_one_and_another_waits_for_its_end(ann):
    card = register(ann)
    first = warranties.claim(warranty=card.id, text="No steam", actor=actors.SYSTEM, now=NOW)
    assert warranties.claim(warranty=card.id, text=" No steam ", actor=actors.SYSTEM, now=NOW).id == first.id
    with pytest.raises(warranties.UnableToChange, match="open"):
        warranties.claim(warranty=card.id, text="It also leaks", actor=actors.SYSTEM, now=NOW)
    warranties.close(warranty=card.id, outcome="New one", actor=actors.SYSTEM, now=NOW)
    assert warranties.claim(warranty=card.id, text="No steam", actor=actors.SYSTEM, now=NOW).id != first.id


@pytest.mark.parametrize("query", ["mc48210", "Ann", "ann@example.com", "081 234 5678"])
def test_a_card_is_found_by_serial_name_mail_or_phone(ann, query):
    card = register(ann)
    register(factories.customer(email="bob@example.com", name="Bob"), serial="X-1")
    found = reading.search(query, today=TODAY, in_full=True)
    assert [one.row.id for one in found.rows] == [card.id]


def test_a_claim_is_opened_and_closed_with_what_was_done(ann):
    card = register(ann)
    user = actors.staff(factories.staff("clerk"))
    warranties.claim(warranty=card.id, text="No steam", actor=user, now=NOW)
    assert Warranty.objects.get().state == "claimed"
    warranties.close(warranty=card.id, outcome="New one", actor=user, now=NOW)
    (claim,) = reading.claims_of(Warranty.objects.get())
    assert (Warranty.objects.get().state, claim.text, claim.outcome) == ("closed", "No steam", "New one")
    assert b"steam" not in bytes(WarrantyClaim.objects.get().text)
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"commerce:warranty:claimed", "commerce:warranty:closed"} <= actions


@pytest.mark.parametrize("text", ["", " \x00 ", "x" * 4001])
def test_a_claim_says_what_is_wrong(ann, text):
    card = register(ann)
    with pytest.raises(warranties.UnableToChange):
        warranties.claim(warranty=card.id, text=text, actor=actors.SYSTEM, now=NOW)
    with pytest.raises(warranties.UnableToChange):
        warranties.close(warranty=card.id, outcome="Nothing", actor=actors.SYSTEM, now=NOW)
    assert Warranty.objects.get().state == "registered"


def test_cards_claims_and_pre_orders_change_hands_with_their_person(ann):
    bob = factories.customer(external_id="b", name="Ann Smith")
    card = register(bob)
    warranties.claim(warranty=card.id, text="No steam", actor=actors.SYSTEM, now=NOW)
    wish = preorders.Wish(product="Kettle")
    preorders.place(customer=bob.id, wish=wish, source="preorder", actor=actors.CUSTOMER, now=NOW)
    issued = factories.coupon(bob)
    merging.merge(survivor=ann.id, absorbed=bob.id, reason="test", actor=actors.SYSTEM, at=NOW)
    mine = exports.of(ann.id)
    assert mine["commerce.Warranty"][0]["serial"] == "MC-48210"
    assert mine["commerce.WarrantyClaim"][0]["text"] == "No steam"
    assert mine["commerce.PreOrder"][0]["typed"] == "Kettle"
    assert mine["loyalty.Coupon"][0]["code"] == issued.code
