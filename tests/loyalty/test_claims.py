"""What was bought as a guest: the code on the receipt, claimed once, by a member, in time; guessing brings nothing."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from cdp.core.actors import SYSTEM
from commerce.models import Order, Refund
from commerce.rules import digests
from commerce.services import keys
from commerce.services.keys import Owner
from customers.models import Customer
from customers.services import buckets, merging
from loyalty.models import Claim, Member, Receipt
from loyalty.rules.receipts import Refusal, Refused, made, read
from loyalty.selectors import cards as reading
from loyalty.services import cards, claims, members
from tests import factories
from tests.loyalty import programmes, shop

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def programme(db):
    cache.clear()
    last_year = NOW - timedelta(days=300)
    return programmes.publish(joining={"claim_days": 30}, starts_at=last_year, now=last_year)


def guest_buys(at, amount, number="G-1"):
    bucket = Customer.objects.get(id=buckets.bucket_for(f"shop/{number}"))
    order = shop.buy(bucket, at, ("A-1", 2, amount), external_id=number)
    key = {digests.key("shop", number): Owner(bucket.id, order.id)}
    keys.claim(keys.ORDERS, key)
    return order


def enrolled():
    found = factories.customer()
    members.enrol(customer=found.id, how=Member.How.STAFF, actor=SYSTEM, now=NOW)
    return found


def bring(who, code):
    return claims.bring(customer=who.id, code=code, actor=SYSTEM, now=NOW)


def refused(call):
    with pytest.raises(Refused) as found:
        call()
    return found.value.reason


def test_codes_are_read_however_they_are_typed():
    code = made(bytes(range(8, 16)))
    assert len(read(code)) == 12
    assert read(f" {code.lower().replace('0', 'o').replace('1', 'l')} ") == read(code)
    assert read("short") == read("U" * 12) == read("") == ""


def test_a_guests_purchase_becomes_theirs_with_what_came_back_of_it_and_earns_though_they_joined_later(client):
    order = guest_buys(NOW - timedelta(days=3), 1000)
    shop.refund(order.customer, NOW - timedelta(days=2), ("A-1", 1, 500), order=order, amount=500)
    printed = claims.print_code(order=order, now=NOW)
    assert claims.print_code(order=order, now=NOW) == printed
    assert Receipt.objects.count() == 1
    ann = enrolled()
    card = reading.path(cards.give(customer=ann.id, actor=SYSTEM, now=NOW))
    wrong = client.post(f"{card}?lang=en", {"act": "claim", "code": "0000-0000-0000"})
    assert (wrong.status_code, b"cannot be claimed" in wrong.content) == (422, True)
    taken = client.post(f"{card}?lang=en", {"act": "claim", "code": printed.code.lower()})
    assert "฿1,000.00" in taken.content.decode()
    assert Order.objects.get(customer=ann).external_id == "G-1"
    assert Refund.objects.get().customer_id == ann.id
    shop.settle(ann, NOW)
    assert shop.has(ann, NOW + timedelta(hours=1)) == 20
    assert not Receipt.objects.exists()
    assert refused(lambda: bring(ann, printed.code)) == Refusal.UNKNOWN
    assert refused(lambda: bring(enrolled(), printed.code)) == Refusal.UNKNOWN
    assert refused(lambda: claims.print_code(order=Order.objects.get(), now=NOW)) == Refusal.HAS_CUSTOMER


def test_too_late_somebody_elses_and_who_takes_no_part_are_refused_alike():
    old = guest_buys(NOW - timedelta(days=29), 100, "G-2")
    code = claims.print_code(order=old, now=NOW).code
    assert refused(lambda: bring(factories.customer(), code)) == Refusal.UNKNOWN
    ann = enrolled()
    late = lambda: claims.bring(customer=ann.id, code=code, actor=SYSTEM, now=NOW + timedelta(days=2))  # noqa: E731
    assert refused(late) == Refusal.UNKNOWN
    assert refused(lambda: claims.print_code(order=old, now=NOW + timedelta(days=2))) == Refusal.TOO_OLD
    named = guest_buys(NOW, 100, "G-3")
    code = claims.print_code(order=named, now=NOW).code
    ben = factories.customer()  # the store tells meanwhile whose it was
    keys.point(keys.ORDERS, {digests.key("shop", "G-3"): Owner(ben.id, named.id)})
    assert refused(lambda: bring(ann, code)) == Refusal.UNKNOWN
    assert claims.forget_old(now=NOW + timedelta(days=60)) == 2


def test_what_was_claimed_goes_with_who_claimed_it():
    code = claims.print_code(order=guest_buys(NOW - timedelta(days=1), 250), now=NOW).code
    ann, ben = enrolled(), enrolled()
    bring(ben, code)
    log = merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=NOW)
    shop.settle(ann, NOW)
    assert shop.has(ann, NOW + timedelta(hours=1)) == 10
    merging.unmerge(merge_log=log.id, actor=SYSTEM, at=NOW)
    assert Order.objects.get(external_id="G-1").customer_id == Claim.objects.get().customer_id == ben.id
    shop.settle([ann, ben], NOW)
    assert (shop.has(ann, NOW + timedelta(hours=1)), shop.has(ben, NOW + timedelta(hours=1))) == (0, 10)


def test_a_till_tells_a_guests_order_and_gets_the_code_for_its_receipt(client):
    _key, text = factories.api_key(source_key="till")

    def post(path, body):
        told = client.post(
            f"/api/v1/{path}", json.dumps(body), content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {text}"
        )
        return told.status_code, told.json()

    lines = [{"sku": "A-1", "quantity": "1", "unit_price": "250.00"}]
    status, told = post("orders", {"external_id": "T-7", "placed_at": NOW.isoformat(), "lines": lines})
    assert status == 201, told
    status, told = post("loyalty/receipts", {"order": "T-7"})
    assert status == 200, told
    assert bring(enrolled(), told["code"]).external_id == "T-7"
    assert post("loyalty/receipts", {"order": "T-7"})[1]["code"] == "order_has_customer"
    assert post("loyalty/receipts", {"order": "no"})[0] == 422
