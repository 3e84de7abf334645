"""X4: who signs up has ten percent off a first order; a hundred regulars have a coupon on what their orders say."""

import datetime as dt
import json
import random
import re
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cdp.core import jobs, pipeline
from consent.models import ConsentState
from customers.models import Customer, Status
from customers.selectors import profiles
from loyalty.models import Coupon
from loyalty.services import personal
from tests import factories, filling
from tests.loyalty import programmes

CODE = re.compile(r'class="voucher-code">([^<]+)<')
NOW = timezone.now()
DAY = dt.timedelta(days=1)
PEOPLE = 100


class Store:
    """A store's own system, by its key."""

    def __init__(self) -> None:
        self.client = Client()
        self.text = factories.api_key(source_key="till")[1]

    def __call__(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        answer = self.client.post(
            f"/api/v1/{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.text}"},
        )
        return answer.status_code, answer.json()

    def order(self, number: str, buyer: dict[str, str], price: str, coupon: str = "") -> str:
        """The id of an order of one pot that the store told; its discount is what the store took off."""
        lines = [{"sku": "POT", "quantity": "1", "unit_price": price}]
        status, told = self(
            "orders",
            {"external_id": number, "placed_at": timezone.now().isoformat(), "customer": buyer, "lines": lines}
            | ({"coupon": coupon} if coupon else {}),
        )
        assert status == 201, told
        return str(told["id"])


@pytest.fixture
def store(db: None) -> Store:
    cache.clear()
    return Store()


@pytest.mark.parametrize("is_ticked", [False, True])
def test_x04_signing_up_gives_ten_percent_once_on_the_first_order_whatever_is_ticked(
    store: Store, is_ticked: bool
) -> None:
    phone = Client()
    ticks = {"consent_marketing_email": "on"} if is_ticked else {}
    done = filling.send(phone, "signup", "?lang=en", name="Mali Jaidee", email="mali@example.com", **ticks)
    page = phone.get(done["Location"]).content.decode()
    found = CODE.search(page)
    assert found, "the code stands on the thank-you page"
    code = found[1]
    assert "10%" in page
    assert ConsentState.objects.filter(purpose="marketing", is_granted=True).exists() == is_ticked
    mali = {"email": "mali@example.com"}

    # The first order takes it, told again it is the same; the second is refused, by code and in words.
    assert store(f"coupons/{code}/quote", {"customer": mali, "amount": "890.00", "currency": "THB"})[0] == 200
    first = store.order("W-1", mali, "890.00")
    status, told = store(f"coupons/{code}/redeem", {"order": first})
    assert (status, told["discount"], told["order"], told["state"]) == (200, "89.00", first, "redeemed"), told
    assert store(f"coupons/{code}/redeem", {"order": first}) == (200, told)
    second = store.order("W-2", mali, "450.00")
    status, refused = store(f"coupons/{code}/redeem", {"order": second})
    assert (status, refused["code"]) == (409, "already_used")
    assert refused["detail"]
    assert store(f"coupons/{code}/redeem", {"customer": mali, "external_id": "T-9"})[1]["code"] == "already_used"

    # Somebody who ordered without it first has no first order any more; the same form gives no second coupon.
    filling.send(Client(), "signup", name="Ben Kim", email="ben@example.com", **ticks)
    ben = {"email": "ben@example.com"}
    late = Coupon.objects.exclude(redeemed_at__isnull=False).get()
    seen = profiles.one(late.customer_id)
    assert seen is not None
    store.order("W-3", ben, "100.00")
    staff = Client()
    staff.force_login(factories.staff("clerk"))
    shown = staff.get(f"/customers/{late.customer_id}/").content.decode()
    (bens,) = set(re.findall(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", shown)) - {code}
    fourth = store.order("W-4", ben, "100.00")
    status, refused = store(f"coupons/{bens}/redeem", {"order": fourth})
    assert (status, refused["code"]) == (409, "not_first_order")
    filling.send(Client(), "signup", name="Mali Jaidee", email="mali@example.com", **ticks)
    assert Coupon.objects.count() == 2


def bought(dice: random.Random, person: int) -> tuple[list[dict[str, Any]], str | None]:
    """What somebody ordered, as the store tells it, and what paper and pencil say they buy most."""
    seen: dict[str, list[Any]] = defaultdict(lambda: [0, Decimal(0), NOW - 999 * DAY])
    told = []
    for number in range(dice.randint(1, 5)):
        at = NOW - dice.randint(1, 300) * DAY
        lines = {f"S-{dice.randint(1, 4)}": (dice.randint(1, 2), 10 * dice.randint(1, 3)) for _ in range(2)}
        told.append(
            {
                "external_id": f"{person}-{number}",
                "placed_at": at.isoformat(),
                "customer": {"email": f"p{person}@example.com"},
                "lines": [
                    {"sku": sku, "quantity": str(count), "unit_price": str(price)}
                    for sku, (count, price) in lines.items()
                ],
            }
        )
        for sku, (count, price) in lines.items():
            times, amount, last = seen[sku]
            seen[sku] = [times + 1, amount + count * price, max(last, at)]
    often = {sku: one for sku, one in seen.items() if one[0] >= 2}
    best = min(often, key=lambda sku: (-often[sku][0], -often[sku][1], NOW - often[sku][2], sku)) if often else None
    return told, best


def test_x04_coupons_on_favourites_name_for_a_hundred_customers_what_their_orders_say(store: Store) -> None:
    begin = NOW - 400 * DAY
    programmes.publish(joining={"how": "first_order"}, starts_at=begin, now=begin)
    dice = random.Random(26)
    wanted: dict[str, str] = {}
    orders = []
    for person in range(PEOPLE):
        told, best = bought(dice, person)
        orders += told
        if best:
            wanted[f"p{person}@example.com"] = best
    for place in range(0, len(orders), 50):
        status, answer = store("orders/batch", {"orders": orders[place : place + 50]})
        assert (status, {one["outcome"] for one in answer["results"]}) == (200, {"created"}), answer
    assert Customer.objects.filter(status=Status.KNOWN).count() == PEOPLE
    assert PEOPLE / 4 < len(wanted) < PEOPLE
    pipeline.drain_all(now=timezone.now())

    # Staff say what is given and to whom, see who would get it, and give it.
    marketer = Client()
    marketer.force_login(factories.staff("marketer"))
    fields = {"kind": "favourite", "favourite-percent": "15", "favourite-valid_days": "30", "favourite-is_on": "on"}
    assert marketer.post("/loyalty/personal/", {**fields, "do": "save"}).status_code == 302
    asked = {"kind": "favourite", "favourite-segment": "", "favourite-period": "month"}
    seen = marketer.post("/loyalty/personal/?lang=en", {**asked, "do": "see"}).content.decode()
    assert re.findall(r"(\d+) (?:person|people) would get one now", seen) == [str(len(wanted))]
    assert marketer.post("/loyalty/personal/", {**asked, "do": "issue"}).status_code == 302
    jobs.run_waiting()
    emails = {one.customer.id: one.contacts[0].value for one in _opened()}
    given = {emails[row.customer_id]: row for row in Coupon.objects.filter(reason="favourite")}
    assert {who: row.details["sku"] for who, row in given.items()} == wanted
    assert all(row.benefit["of"]["skus"] == [wanted[who]] for who, row in given.items())

    # At the till it comes off that article and nothing else, for that person and nobody else, once.
    email, sku = min(wanted.items())
    clerk = Client()
    clerk.force_login(factories.staff("clerk"))
    page = clerk.get(f"/counter/{given[email].customer_id}/?lang=en").content.decode()
    assert f"Because you often buy {sku}" in page
    (code,) = set(re.findall(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", page))
    lines = [
        {"sku": sku, "quantity": "2", "unit_price": "100.00"},
        {"sku": "OTHER", "quantity": "1", "unit_price": "500.00"},
    ]
    sale = {"customer": {"email": email}, "external_id": "T-1", "lines": lines, "currency": "THB"}
    other = next(who for who in wanted if who != email)
    status, refused = store(f"coupons/{code}/redeem", sale | {"customer": {"email": other}})
    assert (status, refused["code"]) == (409, "other_person")
    status, told = store(f"coupons/{code}/redeem", sale)
    assert (status, told["discount"], told["by_line"]) == (200, "30.00", ["30.00", "0.00"]), told
    assert store(f"coupons/{code}/redeem", sale | {"external_id": "T-2"})[1]["code"] == "already_used"


def test_x04_a_birthday_brings_a_gift_in_its_window_and_only_then(store: Store) -> None:
    now = timezone.now()
    begin = now - 30 * DAY
    programmes.publish(joining={"how": "signup"}, starts_at=begin, now=begin)
    born = timezone.localdate(now).replace(year=1988)  # a year that has every day
    filling.send(Client(), "signup", name="Mali", email="mali@example.com", birth_date=born.isoformat())
    marketer = Client()
    marketer.force_login(factories.staff("marketer"))
    fields = {"kind": "birthday", "birthday-percent": "20", "birthday-valid_days": "14", "birthday-is_on": "on"}
    assert marketer.post("/loyalty/personal/", {**fields, "do": "save"}).status_code == 302
    assert [personal.birthdays(now=now + days * DAY) for days in range(3)] == [1, 0, 0]
    gift = Coupon.objects.get(reason="birthday")
    assert (gift.benefit["percent"], gift.is_first_order) == ("20", False)


def _opened() -> list[Any]:
    found = [profiles.one(who) for who in Customer.objects.filter(status=Status.KNOWN).values_list("id", flat=True)]
    return [one for one in found if one is not None]
