"""The till: balance and offers at a glance, a purchase paid with points and credit, and goods that come back."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from cdp.core.actors import SYSTEM
from cdp.core.crypto import subjects
from commerce.models import Order, Product, Refund
from commerce.rules.inputs import LineInput
from commerce.services import products
from loyalty.models import Act, Coupon, Hold, Member, Reward, WalletType
from loyalty.selectors import coupons as reading
from loyalty.services import accruing, giving, holds
from loyalty.services.tills import Asked
from tests import factories
from tests.loyalty import programmes
from tests.loyalty.shop import has

HTMX = {"HTTP_HX_REQUEST": "true"}
POINTS = {"worth": "0.25", "smallest": "10", "step": "10", "most_of_basket": "0.5"}


@pytest.fixture
def clerk(db):
    client = Client()
    client.force_login(factories.staff("clerk"))
    return client


@pytest.fixture
def malee(db):
    programmes.publish(wallets={"points": POINTS})
    return factories.customer(name="Malee Srisuk", phone="0812345678")


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def give(customer, points, wallet="points"):
    giving.give(Asked(customer.id, SYSTEM, timezone.now(), "shop", wallet=wallet), Decimal(points))


def here(customer, part=""):
    return f"/counter/{customer.id}/{part}"


def fields(clerk, customer, **more):
    """The sheet as the browser has it, with these filled in."""
    token = re.search(r'name="form_token" value="([^"]+)"', clerk.get(here(customer)).content.decode())
    return {"form_token": token[1], **more}


def test_a_member_at_the_till_pays_with_points_credit_and_coupon_and_hears_what_it_brought(clerk, malee):
    clerk.post(here(malee), fields(clerk, malee, do="enrol"))
    assert Member.objects.get(customer=malee).how == Member.How.STAFF
    give(malee, 500)
    WalletType.objects.get_or_create(key="credit", defaults={"kind": "credit", "currency": "THB"})
    credit = WalletType.objects.get(kind="credit", currency="THB")
    give(malee, 80, credit.key)
    code = factories.coupon(malee).code
    shown = text(clerk.get(here(malee)))
    clerk.post(here(malee), fields(clerk, malee, do="member"))
    assert f"/loyalty/members/{malee.id}/card/" in clerk.get(here(malee)).content.decode()
    assert "500 worth ฿125.00" in shown
    assert "฿80.00" in shown

    sheet = fields(clerk, malee, amount="1000", known_coupon=code, points="400", credit="80")
    acts = Act.objects.count()
    bill = text(clerk.post(here(malee, "bill/"), sheet, **HTMX))
    # 900 after the coupon; 100 by points; 80 by credit; 800 paid with money of the customer's earn 32.
    assert "To pay ฿720.00" in bill
    assert "+32 points, now 132" in bill
    assert (Act.objects.count(), Order.objects.count(), Hold.objects.count()) == (acts, 0, 0)
    too_many = text(clerk.post(here(malee, "bill/"), {**sheet, "amount": "100", "points": "500"}, **HTMX))
    assert "At most 180 points can be spent on this purchase." in too_many
    assert "Use all that fit: 180" in too_many

    for _ in range(2):  # the second sending is the first
        answer = clerk.post(here(malee), sheet, follow=True)
        told = "฿720.00 to pay, ฿100.00 off by the coupon, ฿100.00 by points, ฿80.00 by credit · +32 points, now 132"
        assert told in text(answer)
    order = Order.objects.get()
    assert (order.amount, order.discount) == (Decimal(800), Decimal(200))
    assert (has(malee), has(malee, wallet=credit.key)) == (132, 0)
    acts = Act.objects.count()
    accruing.accrue([malee.id], timezone.now())  # the pipeline comes later and finds it done
    assert Act.objects.count() == acts

    # A second cashier had the page open with the balance of before.
    late = fields(clerk, malee, amount="1000", points="140")
    refused = clerk.post(here(malee), late)
    assert refused.status_code == 422
    assert "There are fewer points than that: 132 can be spent." in text(refused)
    assert (Order.objects.count(), has(malee)) == (1, 132)


def test_goods_that_come_back_say_before_what_happens_and_do_just_that(clerk, malee):
    for sku, price in (("TEA", 200), ("CUP", 100)):
        products.learn([LineInput(Decimal(1), Decimal(price), sku, sku.title())], now=timezone.now())
        Product.objects.filter(sku=sku).update(price=price, currency="THB")
    clerk.post(here(malee), fields(clerk, malee, do="enrol"))
    give(malee, 400)
    clerk.post(here(malee), fields(clerk, malee, amount="500", articles="TEA TEA CUP", points="400"))
    order = Order.objects.get()  # 400 for points that were worth 100; 16 points earned
    assert (order.amount, has(malee)) == (Decimal(400), 16)
    give(malee, 4)

    page = here(malee, f"return/{order.id}/")
    assert order.external_id in text(clerk.get(page))
    assert page in clerk.get(here(malee, "return/")).content.decode()
    opened = clerk.get(page)
    tea = next(one["field"] for one in opened.context["counts"] if one["place"].line.sku == "TEA")
    form = {"form_token": opened.context["token"], tea: "1"}

    # 200 of 500 go back: of the 400 paid, of the 400 points spent, and of the 16 that were earned.
    seen = clerk.post(page, form | {"do": "try"}, **HTMX)
    for said in ("To pay out ฿160.00", "160 points that were spent come back", "6 points earned by it are taken back"):
        assert said in text(seen)
    assert (Refund.objects.count(), has(malee)) == (0, 20)
    mark = seen.context["returned"].mark
    stale = clerk.post(page, form | {"do": "save", "shown": "another"})
    assert (stale.status_code, Refund.objects.count()) == (409, 0)
    assert "nothing was done yet" in text(stale)
    for _ in range(2):
        done = clerk.post(page, form | {"do": "save", "shown": mark}, follow=True)
        assert "Taken back: ฿160.00 to pay out · 160 points given back · 6 points taken back, now 174" in text(done)
    assert (Refund.objects.get().amount, has(malee), Hold.objects.get(reference=order.external_id).restored) == (
        160, 174, 160,
    )  # fmt: skip

    # More than there is of it is refused; the rest as a whole takes exactly everything.
    token = clerk.get(page).context["token"]
    assert "there are 1 left" in text(clerk.post(page, {"form_token": token, tea: "2", "do": "try"}))
    rest = clerk.post(page, {"form_token": token, "do": "whole"})
    assert rest.context["returned"].cash == 240
    fields_of = {one["field"]: one["place"].quantity for one in rest.context["counts"]}
    kept = {"form_token": token, **fields_of, "do": "save", "shown": rest.context["returned"].mark}
    assert clerk.post(page, kept).status_code == 302
    assert (has(malee), sum(one.amount for one in Refund.objects.all())) == (404, 400)
    assert "All of it has come back" in text(clerk.get(page))


def reward(key, **fields):
    told = {"names": {"en": key.title()}, "cost": Decimal(40), "created_at": timezone.now(), **fields}
    return Reward.objects.create(key=key, **told)


def enrolled(clerk, customer, points):
    clerk.post(here(customer), fields(clerk, customer, do="enrol"))
    give(customer, points)


TENTH = {"gives": "percent", "percent": "10"}
COFFEE = {"gives": "item", "of": {"categories": ["Coffee"]}}


def test_a_voucher_is_taken_alone_shows_its_code_and_comes_back_with_points_and_stock(clerk, malee):
    reward("coffee", how="voucher", benefit=COFFEE, stock=2)
    reward("trip", how="voucher", benefit=COFFEE, cost=Decimal(137))
    enrolled(clerk, malee, 100)
    shown = text(clerk.get(here(malee)))
    assert "Trip 137 points 37 more" in shown
    sheet = fields(clerk, malee, do="reward", reward="coffee")
    for _twice in range(2):
        assert clerk.post(here(malee), sheet).status_code == 302
    assert (has(malee), Reward.objects.get(key="coffee").taken) == (60, 1)
    coupon = Coupon.objects.get()
    page = clerk.get(here(malee)).content.decode()
    code = reading.code_of(coupon, subjects.load([malee.id]))
    assert code in page
    hold = Hold.objects.get()
    back = fields(clerk, malee, do=f"reward-back:{hold.id}")
    assert clerk.post(here(malee), back).status_code == 302
    assert (has(malee), Reward.objects.get(key="coffee").taken) == (100, 0)
    coupon.refresh_from_db()
    assert coupon.voided_at is not None
    assert code not in clerk.get(here(malee)).content.decode()
    assert clerk.post(here(malee), back).status_code == 302, "told again it is the same"
    assert (has(malee), Reward.objects.get(key="coffee").taken) == (100, 0)


def test_a_reward_that_comes_off_is_taken_with_the_purchase_and_comes_back_with_the_whole_of_it(clerk, malee):
    reward("tenth", how="now", benefit=TENTH, stock=1)
    enrolled(clerk, malee, 100)
    alone = clerk.post(here(malee), fields(clerk, malee, do="reward", reward="tenth"))
    assert alone.status_code == 422
    assert "comes off a purchase" in text(alone)
    sheet = fields(clerk, malee, amount="500", reward="tenth", points="20")
    bill = text(clerk.post(here(malee, "bill/"), sheet, **HTMX))
    assert "Reward −฿50.00" in bill
    assert "To pay ฿445.00" in bill
    assert has(malee) == 100
    clerk.post(here(malee), sheet)
    order = Order.objects.get()
    assert (order.amount, order.discount) == (Decimal(445), Decimal(55))
    earned = Act.objects.get(kind="earn", cause__startswith="order:").change
    assert has(malee) == 100 - 40 - 20 + earned
    assert "reward-back" not in clerk.get(here(malee)).content.decode()
    hold = Hold.objects.get(reward="tenth")
    assert clerk.post(here(malee), fields(clerk, malee, do=f"reward-back:{hold.id}")).status_code == 422
    address = here(malee, f"return/{order.id}/")
    token = re.search(r'name="form_token" value="([^"]+)"', clerk.get(address).content.decode())[1]
    shown = clerk.post(address, {"form_token": token, "do": "whole"})
    mark = re.search(r'name="shown" value="([^"]+)"', shown.content.decode())[1]
    done = clerk.post(address, {"form_token": token, "do": "save", "amount": "445.00", "shown": mark})
    assert done.status_code == 302
    assert (has(malee), Reward.objects.get(key="tenth").taken) == (100, 0)


@pytest.mark.parametrize("is_used", [False, True])
def test_a_reward_that_a_till_told_for_the_purchase_is_in_no_returns_way(clerk, malee, is_used):
    reward("coffee", how="voucher", benefit=COFFEE, stock=1)
    enrolled(clerk, malee, 100)
    clerk.post(here(malee), fields(clerk, malee, amount="500"))
    order = Order.objects.get()
    holds.redeem(
        Asked(malee.id, SYSTEM, timezone.now(), order.source, reference=order.external_id), None, reward="coffee"
    )
    if is_used:
        Coupon.objects.update(redeemed_at=timezone.now())
    address = here(malee, f"return/{order.id}/")
    for amount, back, stays in (("100.00", 0, 1), ("400.00", 0 if is_used else 40, int(is_used))):
        token = re.search(r'name="form_token" value="([^"]+)"', clerk.get(address).content.decode())[1]
        shown = clerk.post(address, {"form_token": token, "amount": amount})
        assert ("Coffee stays: it has been used" in text(shown)) is (is_used and amount == "400.00")
        mark = re.search(r'name="shown" value="([^"]+)"', shown.content.decode())[1]
        done = clerk.post(address, {"form_token": token, "do": "save", "amount": amount, "shown": mark})
        assert done.status_code == 302
        assert Hold.objects.get(reward="coffee").restored == back
        assert Reward.objects.get(key="coffee").taken == stays


def test_what_cannot_be_had_is_said_at_the_reward_and_nothing_is_bought(clerk, malee):
    reward("big", how="now", benefit=TENTH | {"minimum": "900", "currency": "THB"})
    reward("gone", how="voucher", benefit=COFFEE, stock=1, taken=1)
    enrolled(clerk, malee, 100)
    answer = clerk.post(here(malee), fields(clerk, malee, amount="500", reward="big"))
    assert answer.status_code == 422
    assert "The basket is smaller" in text(answer)
    for key in ("gone", "nothing"):
        assert clerk.post(here(malee), fields(clerk, malee, amount="500", reward=key)).status_code == 422
    assert (Order.objects.count(), has(malee)) == (0, 100)
    reward("cup", how="now", benefit=COFFEE)
    clerk.post(here(malee), fields(clerk, malee, amount="500", reward="cup"))
    assert Order.objects.get().amount == 500, "it is handed over beside what was bought"
