"""Offers of somebody's own: on what they buy most, on what they wish for, around their birthday; once a period."""

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal

import pytest
from django.utils import timezone

from cdp.core import jobs
from cdp.core.actors import SYSTEM
from commerce.models import Wish
from customers.models import Customer
from customers.rules.people import Person
from customers.services import identity
from loyalty.models import Coupon, CouponKey, Member, Offer
from loyalty.rules.personal import Period, birthday
from loyalty.selectors import coupons as reading
from loyalty.services import forgetting, personal
from tests import factories
from tests.loyalty import programmes, shop

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 10, 5, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
JOINED = NOW - 300 * DAY
TEN = {"gives": "percent", "percent": "10"}


def offer(why, **more):
    return Offer.objects.create(key=f"{why}-ten", why=why, benefit=TEN, names={"en": "Ten"}, **more)


def people(count):
    told = [Person(external_id=f"P-{number}") for number in range(count)]
    known = identity.resolve_many(told, source=factories.source(), now=JOINED)
    found = list(Customer.objects.filter(id__in=[one.customer for one in known]).order_by("id"))
    Member.objects.bulk_create([Member(customer=one, joined_at=JOINED, how=Member.How.STAFF) for one in found])
    return found


def shopping(who, dice):
    """Orders and returns at random, and what a person with paper and pencil would name."""
    bought = defaultdict(lambda: [0, Decimal(0), NOW - 999 * DAY])
    for _ in range(dice.randint(0, 5)):
        at = NOW - dice.randint(1, 500) * DAY
        lines = [(f"S-{dice.randint(1, 4)}", dice.randint(1, 2), 10 * dice.randint(1, 3)) for _ in range(2)]
        lines = list({line[0]: line for line in lines}.values())
        is_void = dice.random() < 0.1
        order = shop.buy(who, at, *lines, **({"status": "cancelled", "is_counted": False} if is_void else {}))
        back = lines[0] if dice.random() < 0.3 else None
        if back:
            shop.refund(who, at + DAY, back, order=order)
        if is_void or at < NOW - 365 * DAY:
            continue
        for sku, _count, amount in lines[1:] if back else lines:
            one = bought[sku]
            bought[sku] = [one[0] + 1, one[1] + amount, max(one[2], at)]
    often = {sku: one for sku, one in bought.items() if one[0] >= 2}
    return min(often, key=lambda sku: (-often[sku][0], -often[sku][1], NOW - often[sku][2], sku)) if often else None


@pytest.mark.parametrize("count", [30, pytest.param(100, marks=pytest.mark.long)])
def test_a_favourite_is_what_the_orders_of_a_hundred_people_say_and_is_given_once_a_month(count):
    dice = random.Random(6)
    everybody = people(count)
    wanted = {who.id: sku for who in everybody if (sku := shopping(who, dice))}
    assert count / 4 < len(wanted) < count
    ten = offer(Offer.Why.FAVOURITE)
    seen = personal.preview(offer=ten, segment="", period=Period.MONTH, now=NOW)
    assert (seen.count, len(seen.examples), Coupon.objects.count()) == (len(wanted), min(10, len(wanted)), 0)
    assert all(wanted[customer] == article.sku for customer, article in seen.examples)

    told = {"offer": ten, "customers": [who.id for who in everybody], "actor": SYSTEM}
    assert personal.issue(**told, period=Period.MONTH, now=NOW) == len(wanted)
    issued = {row.customer_id: row for row in Coupon.objects.all()}
    assert {who: row.benefit["of"]["skus"] for who, row in issued.items()} == {
        who: [sku] for who, sku in wanted.items()
    }
    row = next(iter(issued.values()))
    code = reading.code_of(row, reading.subjects.load([row.customer_id]))
    assert reading.find(code).id == row.id
    assert (row.reason, row.details["sku"], CouponKey.objects.count()) == (
        "favourite",
        wanted[row.customer_id],
        len(wanted),
    )

    # The same month gives nobody another, also when its coupons have ended; the next one does.
    assert personal.issue(**told, period=Period.MONTH, now=NOW + 5 * DAY) == 0
    assert personal.preview(offer=ten, segment="", period=Period.MONTH, now=NOW).count == 0
    assert forgetting.forget_old(now=NOW + 200 * DAY) == 0
    assert personal.issue(**told, period=Period.MONTH, now=NOW + 30 * DAY) > 0


def test_who_refused_to_be_profiled_gets_no_offer_made_of_what_they_bought_and_a_wish_is_one_until_it_is_bought():
    quiet, keen = shop.member(JOINED), shop.member(JOINED)
    for who in (quiet, keen):
        for days in (20, 30):
            shop.buy(who, NOW - days * DAY, ("TEA", 1, 50))
        for sku, days in (("CUP", 3), ("POT", 2), ("TEA", 40)):
            Wish.objects.create(customer=who, source="shop", sku=sku, added_at=NOW - days * DAY, told_at=NOW)
    shop.buy(keen, NOW - DAY, ("POT", 1, 900))
    factories.consent(quiet, purpose="profiling", channel="any", granted=False)
    for why, sku in ((Offer.Why.FAVOURITE, "TEA"), (Offer.Why.WISHED, "CUP")):
        both = [quiet.id, keen.id]
        assert personal.issue(offer=offer(why), customers=both, period=Period.YEAR, actor=SYSTEM, now=NOW) == 1
        row = Coupon.objects.get(reason=why)
        assert (row.customer_id, row.details["sku"]) == (keen.id, sku)


@pytest.mark.parametrize(
    ("born", "on", "days", "day"),
    [
        ("1990-03-10", "2026-03-10", 1, "2026-03-10"),
        ("1990-03-11", "2026-03-10", 1, None),
        ("1990-03-16", "2026-03-10", 7, "2026-03-16"),
        ("1990-03-17", "2026-03-10", 7, None),
        ("1992-02-29", "2026-02-28", 1, "2026-02-28"),
        ("1992-02-29", "2028-02-28", 1, None),
        ("1992-02-29", "2028-02-29", 1, "2028-02-29"),
        ("1990-01-02", "2026-12-31", 7, "2027-01-02"),
        ("1990-12-30", "2027-01-03", 7, "2026-12-30"),
    ],
)
def test_a_birthday_has_its_window(born, on, days, day):
    found = birthday(dt.date.fromisoformat(born), dt.date.fromisoformat(on), days=days)
    assert found == (dt.date.fromisoformat(day) if day else None)


def test_a_birthday_brings_one_coupon_a_year_in_the_window_of_the_rank():
    programmes.publish(tiering={"tiers": [programmes.tier("gold", 100, birthday_days=7)]})
    today = timezone.localdate(NOW)
    offer(Offer.Why.BIRTHDAY, valid_days=14)
    plain, gold, leaver = (shop.member(JOINED, tier=tier) for tier in ("", "gold", "gold"))
    Customer.objects.update(birth_date=today.replace(year=1990) + 3 * DAY)
    Member.objects.filter(customer=leaver).update(left_at=NOW)
    assert [personal.birthdays(now=NOW + days * DAY) for days in range(8)] == [1, 0, 0, 1, 0, 0, 0, 0]
    assert list(Coupon.objects.order_by("issued_at").values_list("customer_id", flat=True)) == [gold.id, plain.id]
    assert personal.birthdays(now=NOW + 368 * DAY) == 2


def test_staff_say_what_is_given_see_who_would_get_it_and_give_it(client):
    client.force_login(factories.staff("marketer"))
    who = shop.member(timezone.now() - 90 * DAY)
    for days in (20, 30):
        shop.buy(who, timezone.now() - days * DAY, ("TEA", 1, 50))
    fields = {"kind": "favourite", "favourite-percent": "15", "favourite-valid_days": "30", "favourite-is_on": "on"}
    wrong = client.post("/loyalty/personal/", {**fields, "favourite-amount": "5", "do": "save"})
    assert (wrong.status_code, Offer.objects.filter(why="favourite").exists()) == (422, False)
    assert client.post("/loyalty/personal/", {**fields, "do": "save"}).status_code == 302
    assert Offer.objects.get(why="favourite").benefit == {"gives": "percent", "percent": "15"}
    asked = {"kind": "favourite", "favourite-segment": "", "favourite-period": "month"}
    seen = client.post("/loyalty/personal/", {**asked, "do": "see"}).content.decode()
    assert "1 person would get one now" in seen
    assert "in 2 orders" in seen
    assert client.post("/loyalty/personal/", {**asked, "do": "issue"}).status_code == 302
    jobs.run_waiting()
    assert Coupon.objects.get(customer=who).reason == "favourite"
    usable = reading.usable([who.id], keyring=reading.subjects.load([who.id]), now=timezone.now())
    assert [(one.because, one.value) for one in usable] == [("Because you often buy TEA", "15%")]
