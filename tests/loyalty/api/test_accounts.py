"""REST: what customers have is read, given, put aside, redeemed and taken back; every reason against it has a code."""

import json
import posixpath
import uuid
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from cdp.core.actors import SYSTEM
from customers.services import erasing, merging
from loyalty.models import Act, Coupon, Member, Reward, WalletType
from loyalty.rules.purse import Shortfall
from loyalty.services import members
from loyalty.services.book import Book
from tests import factories
from tests.loyalty import programmes


@pytest.fixture
def call(client, db):
    cache.clear()
    _key, text = factories.api_key(source_key="till")

    def call(method, path, body=None, **headers):
        response = client.generic(
            method,
            posixpath.normpath(f"/api/v1/loyalty/accounts/{path}"),
            json.dumps(body if body is not None else {}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {text}", **headers},
        )
        return response.status_code, response.json()

    return call


@pytest.fixture
def ann(db):
    return factories.customer(email="ann@example.com").id


def test_giving_enrols_and_the_account_tells_what_there_is(call, ann):
    status, empty = call("GET", ann)
    assert (status, empty["is_member"], empty["balance"], empty["tier"]) == (200, False, 0, None)
    status, told = call("POST", f"{ann}/earn", {"points": 10, "reason": "Workshop"})
    assert (status, told["points"], told["balance"]) == (201, 10, 10)
    call("POST", f"{ann}/earn", {"points": "12.50", "wallet": "credit"})
    account = call("GET", ann)[1]
    assert {name: account[name] for name in ("is_member", "balance", "pending", "stamps", "store_credit")} == {
        "is_member": True,
        "balance": 10,
        "pending": 0,
        "stamps": 0,
        "store_credit": "12.50",
    }
    assert {one["wallet"]: one["balance"] for one in account["wallets"]} == {
        "credit": "12.50",
        "points": 10,
        "stamps": 0,
    }


def test_a_sale_is_held_captured_and_taken_back_and_the_ledger_tells_it(call, ann):
    programmes.publish(wallets={"points": {"worth": "0.25"}})
    call("POST", f"{ann}/earn", {"points": 100, "reason": "Workshop"})
    status, held = call("POST", f"{ann}/holds", {"points": 60, "external_id": "T-1"})
    assert (status, held["state"], held["balance"]) == (201, "open", 40)
    assert call("POST", f"{ann}/holds", {"points": 60, "external_id": "T-1"}) == (200, held)
    assert call("GET", ann)[1]["held"] == 60
    status, taken = call("POST", f"{ann}/holds/{held['id']}/capture", {"points": 50})
    assert (status, taken["redeemed"], taken["value"], taken["balance"]) == (200, 50, "12.50", 50)
    status, back = call("POST", f"{ann}/reverse", {"sale": "T-1", "points": 20, "external_id": "R-1"})
    assert (status, back["reversed"], back["balance"]) == (201, 20, 70)
    assert call("POST", f"{ann}/reverse", {"sale": "T-1", "points": 20, "external_id": "R-1"}) == (200, back)
    assert call("POST", f"{ann}/reverse", {"redemption": held["id"]})[1]["balance"] == 100
    page = call("GET", f"{ann}/entries?page_size=3")[1]
    rest = call("GET", page["next"].partition("accounts/")[2])[1]
    told = [(one["kind"], one["points"], one["balance_change"]) for one in page["results"] + rest["results"]]
    assert told == [
        ("restore", 30, 30),
        ("restore", 20, 20),
        ("release", 0, 10),
        ("capture", -50, 0),
        ("hold", 0, -60),
        ("earn", 100, 100),
    ]
    assert (rest["results"][-1]["words"], rest["results"][-1]["source"]) == ("Workshop", "till")


def test_what_is_refused_has_a_status_a_code_and_a_place_and_changes_nothing(call, ann):
    ben = factories.customer(email="ben@example.com").id
    for who in (ann, ben):
        call("POST", f"{who}/earn", {"points": 100})
    held = call("POST", f"{ann}/holds", {"points": 40})[1]["id"]
    released = call("POST", f"{ann}/holds", {"points": 1})[1]["id"]
    assert call("POST", f"{ann}/holds/{released}/release")[1]["state"] == "released"
    done = call("POST", f"{ann}/redeem", {"points": 10})[1]["id"]
    call("POST", f"{ann}/reverse", {"redemption": done})
    nobody, newcomer = uuid.uuid4(), factories.customer(email="cleo@example.com").id
    tried = {
        f"{ann}/redeem": [
            ({"points": 61}, 409, "insufficient_points", ""),
            ({"points": 0}, 422, "not_positive", "/points"),
            ({"points": -5}, 422, "not_positive", "/points"),
            ({"points": "1.5"}, 422, "not_whole", "/points"),
            ({"points": "many"}, 422, "invalid", "/points"),
            ({"points": 1, "wallet": "gems"}, 422, "unknown_wallet", "/wallet"),
            ({"points": 1, "customer": str(ben)}, 422, "invalid", "/customer"),
            ({}, 422, "invalid", "/points"),
        ],
        f"{newcomer}/redeem": [({"points": 1}, 409, "not_a_member", "")],
        f"{nobody}/redeem": [({"points": 1}, 404, "not_found", "")],
        f"{ben}/holds/{held}/capture": [({}, 409, "foreign_hold", "")],
        f"{ann}/holds/{nobody}/release": [({}, 404, "unknown_hold", "")],
        f"{ann}/holds/{held}/capture": [({"points": 41}, 422, "more_than_held", "/points")],
        f"{ann}/holds/{released}/capture": [({}, 409, "already_released", "")],
        f"{ann}/reverse": [
            ({"redemption": done}, 409, "already_reversed", ""),
            ({"redemption": str(nobody)}, 422, "unknown_redemption", "/redemption"),
            ({"sale": "T-9"}, 422, "unknown_redemption", "/redemption"),
            ({"redemption": held}, 409, "not_redeemed", ""),
            ({}, 422, "invalid", "/redemption"),
        ],
        f"{ann}/adjust": [
            ({"points": -61, "reason": "mistake"}, 409, "insufficient_points", ""),
            ({"points": 1001, "reason": "goodwill"}, 409, "above_limit", ""),
            ({"points": 1, "reason": "because"}, 422, "invalid", "/reason"),
        ],
    }
    tried[f"{ann}/redeem"] += [
        ({"reward": "coffee"}, 409, "sold_out", ""),
        ({"reward": "tea"}, 422, "unknown_reward", "/reward"),
        ({"reward": "coffee", "points": 5}, 422, "invalid", "/points"),
    ]
    tried[f"{ann}/holds"] = [({"reward": "coffee"}, 409, "sold_out", "")]
    told = {"names": {"en": "Coffee"}, "cost": 5, "benefit": {"gives": "percent", "percent": "10"}}
    Reward.objects.create(key="coffee", stock=0, created_at=timezone.now(), **told)
    before = [call("GET", who)[1] for who in (ann, ben)]
    for path, bodies in tried.items():
        for body, status, code, pointer in bodies:
            answer = call("POST", path, body)
            assert (answer[0], answer[1]["code"]) == (status, code), (path, body)
            assert [error["pointer"] for error in answer[1]["errors"]] == ([pointer] if pointer else []), (path, body)
    assert call("POST", f"{ann}/redeem", {"points": 61})[1]["available"] == 60
    assert [call("GET", who)[1] for who in (ann, ben)] == before


def test_a_sale_paid_from_two_wallets_is_taken_back_by_its_number(call, ann):
    WalletType.objects.get_or_create(key="credit", defaults={"kind": WalletType.Kind.CREDIT, "currency": "THB"})
    for wallet in ("points", "credit"):
        call("POST", f"{ann}/earn", {"points": 100, "wallet": wallet})
    paid = {"points": 40, "external_id": "T-1"}
    call("POST", f"{ann}/redeem", paid)
    aside = call("POST", f"{ann}/holds", {**paid, "wallet": "credit"})[1]["id"]
    call("POST", f"{ann}/holds/{aside}/release")
    back = {"sale": "T-1", "points": 10, "external_id": "R-1"}
    assert call("POST", f"{ann}/reverse", back)[1]["balance"] == 70  # what was given back unused is passed over
    again = call("POST", f"{ann}/redeem", {**paid, "external_id": "T-2"})[1]["id"]
    call("POST", f"{ann}/redeem", {**paid, "external_id": "T-2", "wallet": "credit"})
    status, refused = call("POST", f"{ann}/reverse", {"sale": "T-2"})
    assert (status, refused["code"], refused["errors"][0]["pointer"]) == (422, "wallet_needed", "/wallet")
    assert call("POST", f"{ann}/reverse", {"sale": "T-2", "wallet": "points"})[1]["id"] == again
    assert call("POST", f"{ann}/reverse", {"sale": "T-2"})[1]["balance"] == "100.00"


def test_who_left_is_not_made_to_come_back(call, ann):
    call("POST", f"{ann}/earn", {"points": 10})
    members.leave(customer=ann, shown={"points": Decimal(10)}, actor=SYSTEM, now=timezone.now())
    status, refused = call("POST", f"{ann}/earn", {"points": 10})
    assert (status, refused["code"]) == (409, "left_the_programme")
    assert Member.objects.get().left_at


def test_a_reward_is_taken_from_the_catalogue_and_its_coupon_is_told_again(call, ann):
    told = {"names": {"en": "Coffee", "th": "กาแฟ"}, "cost": 40, "benefit": {"gives": "percent", "percent": "10"}}
    Reward.objects.create(key="coffee", stock=1, created_at=timezone.now(), **told)
    call("POST", f"{ann}/earn", {"points": 60})
    (seen,) = call("GET", f"../rewards?customer={ann}")[1]["results"]
    assert (seen["can_take"], seen["cost"], seen["left"], seen["gives"]) == (True, 40, 1, "10% off")
    status, done = call("POST", f"{ann}/redeem", {"reward": "coffee", "external_id": "T-1"})
    assert (status, done["reward"], done["redeemed"], done["balance"]) == (201, "coffee", 40, 20)
    assert call("POST", f"{ann}/redeem", {"reward": "coffee", "external_id": "T-1"}) == (200, done)
    assert Coupon.objects.get().given_for == uuid.UUID(done["id"])
    (seen,) = call("GET", f"../rewards?customer={ann}")[1]["results"]
    assert (seen["can_take"], seen["why_not"], seen["missing"]) == (False, "sold_out", 20)
    back = call("POST", f"{ann}/reverse", {"sale": "T-1", "external_id": "R-1"})[1]
    assert (back["balance"], back["coupon"], Reward.objects.get().taken) == (60, None, 0)


def test_a_basket_is_judged_before_it_is_bought_and_nothing_is_written(call, ann):
    line = {"sku": "CUP", "quantity": 2, "unit_price": "450"}
    assert call("POST", f"{ann}/quote", {"lines": [line]})[1]["points"] == 0
    rules = (
        programmes.spend(),
        {"on": "visit", "key": "card", "wallet": "stamps", "names": programmes.NAMES},
        {"on": "item", "key": "mugs", "names": {"en": "Mugs", "th": "แก้ว", "ko": "머그"}, "of": {"skus": ["MUG"]}},
    )
    programmes.publish(*rules, wallets={"stamps": {"full": 10, "reward": "coffee"}})
    status, told = call("POST", f"{ann}/quote", {"lines": [line, {"sku": "TEA", "unit_price": "90"}]})
    assert (status, told["points"], told["is_member"]) == (200, 39, False)
    assert {one["wallet"]: (one["points"], sum(one["by_line"])) for one in told["wallets"]} == {
        "points": (39, 39),
        "stamps": (1, 1),
    }
    mugs = next(one for one in told["reasons"] if one["rule"] == "mugs")
    assert (mugs["name"], mugs["points"], mugs["why_not"]) == ("Mugs", 0, "articles")
    assert call("POST", f"{ann}/quote", {"lines": [line], "currency": "KRW"})[1]["errors"][0]["pointer"] == "/currency"
    assert call("POST", f"{ann}/quote", {"lines": [{"sku": "CUP", "unit_price": "-1"}]})[0] == 422
    assert call("GET", f"{ann}/entries")[1]["results"] == []
    guest = call("POST", "quote", {"lines": [line]})[1]
    assert (guest["customer"], guest["points"], guest["is_member"], guest["most_points"]) == (None, 36, False, 0)


def test_no_more_of_a_basket_is_paid_with_points_than_the_programme_lets(call, ann):
    programmes.publish(wallets={"points": {"worth": "0.25", "step": "10", "most_of_basket": "0.5"}})
    call("POST", f"{ann}/earn", {"points": 500})
    quoted = call("POST", f"{ann}/quote", {"lines": [{"sku": "CUP", "unit_price": "90"}]})[1]
    assert quoted["most_points"] == 180
    status, told = call("POST", f"{ann}/redeem", {"points": 190, "basket": "90"})
    assert (status, told["code"], told["errors"][0]["pointer"]) == (422, "more_than_fits", "/points")
    for path in ("redeem", "holds"):
        refused = call("POST", f"{ann}/{path}", {"points": 180})[1]
        assert (refused["code"], refused["errors"][0]["pointer"]) == ("basket_needed", "/basket")
    assert call("POST", f"{ann}/holds", {"points": 190, "basket": "90"})[0] == 422
    assert call("GET", ann)[1]["balance"] == 500
    assert call("POST", f"{ann}/redeem", {"points": 180, "basket": "90"})[0] == 201


def test_a_merged_id_means_its_survivor_and_an_erased_one_is_gone(call, ann):
    ben = factories.customer(email="ben@example.com").id
    call("POST", f"{ben}/earn", {"points": 5})
    key = {"Idempotency-Key": "k"}
    first = call("POST", f"{ben}/redeem", {"points": 2}, **key)
    assert call("POST", f"{ben}/redeem", {"points": 2}, **key) == first
    merging.merge(survivor=ann, absorbed=ben, reason="test", actor=SYSTEM, at=timezone.now())
    told = call("GET", ben)[1]
    assert (told["customer"], told["balance"]) == (str(ann), 3)
    assert len(call("GET", f"{ann}/entries")[1]["results"]) == 2
    erasing.erase(customer=ann, actor=SYSTEM, at=timezone.now())
    assert [call(*one)[0] for one in (("GET", ann), ("POST", f"{ben}/earn", {"points": 1}))] == [410, 410]


@pytest.mark.parametrize(("shortfall", "balance"), [("negative", -8), ("debt", 0)])
def test_what_is_owed_is_in_the_balance_only_where_the_programme_wants_it_so(call, ann, shortfall, balance):
    """Ten earned and eight of them spent, and then the purchase comes back."""
    programmes.publish(refunds={"shortfall": shortfall})
    call("POST", f"{ann}/earn", {"points": 10})
    now = timezone.now()
    with transaction.atomic():
        book = Book.open([ann], now=now)
        lot = next(iter(book.purse(ann, "points").lots))
        book.act(ann, "points", Act.Kind.REDEEM, cause="test:1").moves += book.purse(ann, "points").spend(
            Decimal(8), at=now
        )
        back = book.act(ann, "points", Act.Kind.REFUND, cause="test:2")
        back.moves += book.purse(ann, "points").take_back(lot, Decimal(10), at=now, shortfall=Shortfall(shortfall))
        book.write()
    account = call("GET", ann)[1]
    points = next(one for one in account["wallets"] if one["wallet"] == "points")
    assert (account["balance"], points["balance"], points["owed"]) == (balance, balance, 8)
    assert call("POST", f"{ann}/earn", {"points": 10})[1]["balance"] == 2
