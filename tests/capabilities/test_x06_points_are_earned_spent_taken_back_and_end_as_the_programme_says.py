"""X6: one member's story, from the programme that the owner publishes to the day her points end, by doors alone."""

import datetime as dt
import json
import re
import uuid
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from cdp.core import pipeline
from cdp.core.actors import SYSTEM
from loyalty import tasks
from loyalty.selectors import cards as reading
from loyalty.selectors import versions
from loyalty.services import cards, reference
from tests import factories, filling
from tests.loyalty.programmes import NAMES, definition, spend

CODE = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b")
COFFEE = {
    "key": "coffee", "name_en": "Free coffee", "gives": "item", "categories": "Coffee", "most": "80", "currency": "THB",
    "is_on": "on", "wallet": "points", "cost": "40", "how": "voucher", "valid_days": "30", "stock": "2", "per": "ever",
    "position": "10",
}  # fmt: skip
ACTION = {"on": "action", "names": NAMES, "is_qualifying": False}
PROGRAMME = definition(
    spend(),
    {"on": "visit", "key": "stamp", "names": NAMES, "wallet": "stamps", "is_qualifying": False},
    {**ACTION, "key": "welcome", "what": "join", "points": "10"},
    {**ACTION, "key": "brings", "what": "referral", "points": "200"},
    {**ACTION, "key": "comes", "what": "referred", "points": "50"},
    wallets={
        "points": {"worth": "0.25", "expiry": {"kind": "fixed", "months": 12}},
        "stamps": {"full": 3, "reward": "coffee"},
    },
    tiering={"tiers": [{"key": "silver", "names": NAMES, "at_least": "1500"}]},
    joining={"how": "signup"},
    referrals={"after_days": 0},
    staff={"clerk": "20"},
)


def staff(role: str) -> Client:
    found = Client()
    found.force_login(factories.staff(role))
    return found


@pytest.fixture
def store(db: None) -> Any:
    """A store's own system, by its key."""
    cache.clear()
    client, text = Client(), factories.api_key(source_key="till")[1]

    def call(method: str, path: str, body: Any = None) -> Any:
        answer = client.generic(
            method,
            f"/api/v1/{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {text}"},
        )
        return answer.json() | {"http": answer.status_code}

    return call


def settle() -> None:
    pipeline.drain_all(now=timezone.now())


def test_x06_a_members_whole_story(store: Any) -> None:
    owner = staff("owner")
    reference.ensure()

    # The owner writes down a reward and a programme, reads what it says, and publishes it.
    assert owner.post("/loyalty/rewards/catalogue/new/", COFFEE).status_code == 302
    file = SimpleUploadedFile("p.json", json.dumps(PROGRAMME).encode(), "application/json")
    seen = owner.post("/loyalty/programme/replace/", {"programme": file})
    owner.post("/loyalty/programme/replace/", {"confirm": "1", **{k: seen.context[k] for k in ("written", "seen")}})
    page = owner.get("/loyalty/programme/publish/")
    began = timezone.localtime() - dt.timedelta(days=2)
    sent = {"seen": page.context["seen"], "note": "", "on": f"{began:%Y-%m-%dT%H:%M}"}
    assert owner.post("/loyalty/programme/publish/", sent).status_code == 302
    assert versions.published()
    assert "1 point for each full ฿25" in owner.get("/loyalty/programme/?lang=en").content.decode()

    # Ann signs up and is a member; three purchases, one of them half returned.
    filling.send(Client(), "signup", name="Ann Lee", email="ann@example.com", phone="081 234 5678")
    ann = store("POST", "customers/lookup", {"email": "ann@example.com"})["results"][0]["id"]
    orders = [buy(store, "ann@example.com", f"A-{n}", *line) for n, line in enumerate([(1, 1000), (2, 250), (1, 250)])]
    settle()
    account = store("GET", f"loyalty/accounts/{ann}")
    # 10 for joining, 40 + 20 + 10; the third stamp filled the card; 1750 baht are the first tier.
    assert (account["balance"], account["stamps"], account["tier"]) == (80, 0, "silver"), account
    back = {
        "external_id": "R-1",
        "at": timezone.now().isoformat(),
        "lines": [{"sku": "TEA", "quantity": "1", "unit_price": "250.00"}],
    }
    told = store("POST", f"orders/{orders[1]}/refunds", back)
    assert told["http"] == 201, told
    settle()
    assert balance(store, ann) == 70

    # A basket is judged before it is paid; points are put aside, redeemed in part, and taken back by the sale's number.
    line = {"sku": "TEA", "unit_price": "100.00"}
    assert store("POST", f"loyalty/accounts/{ann}/quote", {"lines": [line]})["points"] == 4
    held = store("POST", f"loyalty/accounts/{ann}/holds", {"points": 40, "external_id": "T-1"})
    assert (held["http"], held["balance"]) == (201, 30)
    assert store("POST", f"loyalty/accounts/{ann}/redeem", {"points": 31})["code"] == "insufficient_points"
    taken = store("POST", f"loyalty/accounts/{ann}/holds/{held['id']}/capture", {"points": 30})
    assert (taken["redeemed"], taken["value"], taken["balance"]) == (30, "7.50", 40)
    assert store("POST", f"loyalty/accounts/{ann}/reverse", {"sale": "T-1", "external_id": "B-1"})["balance"] == 70

    # A reward is a coupon; both it and that of the full card stand on her card, and each is good once.
    done = store("POST", f"loyalty/accounts/{ann}/redeem", {"reward": "coffee", "external_id": "T-2"})
    assert (done["http"], done["balance"]) == (201, 30)
    clerk = staff("clerk")
    clerk.post(f"/loyalty/members/{ann}/card/", {"act": "give"})
    assert '<svg class="qr"' in clerk.get(f"/loyalty/members/{ann}/card/").content.decode()
    # What her phone reads there: the address of the card she has.
    address = reading.path(cards.give(customer=uuid.UUID(ann), actor=SYSTEM, now=timezone.now()))
    card = Client().get(f"{address}?lang=en").content.decode()
    codes = sorted(set(CODE.findall(card)))
    assert "ann@example.com" not in card
    cup = [{"sku": "LATTE", "category": "Coffee", "quantity": "1", "unit_price": "65.00"}]
    sale = {"customer": {"phone": "0812345678"}, "lines": cup, "currency": "THB"}
    coffees = [code for code in codes if store("GET", f"coupons/{code}")["benefit"]["gives"] == "item"]
    assert len(coffees) == 2
    for number, code in enumerate(coffees):
        used = store("POST", f"coupons/{code}/redeem", sale | {"external_id": f"C-{number}"})
        assert (used["http"], used["discount"]) == (200, "65.00")
        again = store("POST", f"coupons/{code}/redeem", sale | {"external_id": f"D-{number}"})
        assert (again["http"], again["code"]) == (409, "already_used")
    assert store("POST", f"loyalty/accounts/{ann}/reverse", {"sale": "T-2"})["code"] == "reward_used"

    # She brings Ben, who buys: both are given what the programme says.
    friend = re.search(r"/signup/\?friend=([0-9A-Z-]+)", card)
    assert friend
    filling.send(Client(), "signup", name="Ben Kim", email="ben@example.com", friend=friend[1])
    ben = store("POST", "customers/lookup", {"email": "ben@example.com"})["results"][0]["id"]
    buy(store, "ben@example.com", "B-1", 1, 300)
    settle()
    settle()
    assert (balance(store, ann), balance(store, ben)) == (230, 10 + 12 + 50)

    # Staff give something for a mistake, within their limit; everything is told in words.
    gift = {"wallet": "points", "way": "give", "amount": "20", "reason": "mistake", "words": "Rang it up twice"}
    for _twice in range(2):
        assert clerk.post(f"/loyalty/members/{ann}/adjust/", {**gift, "reference": "form-1"}).status_code == 302
    assert balance(store, ann) == 250
    # More than that waits for somebody else.
    clerk.post(f"/loyalty/members/{ann}/adjust/", {**gift, "amount": "21", "reference": "form-2"})
    assert balance(store, ann) == 250
    assert "Rang it up twice" in owner.get("/loyalty/adjustments/?lang=en").content.decode()
    words = clerk.get(f"/loyalty/members/{ann}/?lang=en").content.decode()
    assert "Rang it up twice" in words

    # They turn out to be one, and then not: each has again what they had.
    merged = store("POST", f"customers/{ann}/merge", {"other": ben})
    assert (merged["http"], balance(store, ann)) == (200, 322)
    assert store("POST", f"customers/{ben}/unmerge")["http"] == 200
    settle()
    assert (balance(store, ann), balance(store, ben)) == (250, 72)
    overview = owner.get("/loyalty/?lang=en").content.decode()
    assert "322" in overview
    call_command("verify_ledgers")

    # A year later what was earned has ended: what staff gave has no end but the programme's.
    with time_machine.travel(timezone.now() + dt.timedelta(days=370)):
        assert balance(store, ann) == 0, "at reading, before any job"
        tasks.book_time()
        kinds = [one["kind"] for one in store("GET", f"loyalty/accounts/{ann}/entries?page_size=20")["results"]]
        assert "expire" in kinds
        assert balance(store, ann) == 0
        call_command("verify_ledgers")


def buy(store: Any, email: str, number: str, pieces: int, price: int) -> str:
    lines = [{"sku": "TEA", "quantity": str(pieces), "unit_price": f"{price}.00"}]
    body = {"external_id": number, "placed_at": timezone.now().isoformat(), "customer": {"email": email}}
    told = store("POST", "orders", body | {"lines": lines})
    assert told["http"] == 201, told
    return str(told["id"])


def balance(store: Any, who: str) -> int:
    return int(store("GET", f"loyalty/accounts/{who}")["balance"])
