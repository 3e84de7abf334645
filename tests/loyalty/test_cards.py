"""The card on a phone: whose it is, what stands on it, who is answered what, and what remains of one that was ended."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from cdp.core.actors import SYSTEM
from cdp.core.models import Notice
from customers.selectors import profiles
from customers.selectors.profiles import Kind
from customers.services import erasing, merging
from loyalty.models import Card, CardKey, Member
from loyalty.selectors import cards as reading
from loyalty.services import cards, members
from tests import factories
from tests.loyalty import programmes, shop

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def enrolled(**told):
    found = factories.customer(**told)
    members.enrol(customer=found.id, how=Member.How.STAFF, actor=SYSTEM, now=NOW - timedelta(days=90))
    return found


def give(who):
    return cards.give(customer=who.id, actor=SYSTEM, now=NOW)


def test_the_card_tells_everything_in_words_and_no_more_of_a_person_than_a_first_name(client):
    stamps = {"on": "visit", "key": "stamp", "names": programmes.NAMES, "wallet": "stamps", "is_qualifying": False}
    programmes.publish(
        programmes.spend(),
        stamps,
        wallets={
            "points": {"worth": "0.25", "expiry": {"kind": "fixed", "months": 12}},
            "stamps": {"full": 10, "reward": "coffee", "first": 2},
        },
        tiering={"tiers": [programmes.tier("silver", 5000), programmes.tier("gold", 20000)]},
        starts_at=NOW - timedelta(days=200),
        now=NOW - timedelta(days=200),
    )
    ann = enrolled(name="Ann <b>Chaiyaporn</b>", email="ann@example.com", language="en")
    shop.buy(ann, NOW - timedelta(days=30), ("A-1", 2, 6000))
    shop.settle(ann, NOW)
    coupon = factories.coupon(ann)
    coupon.coupon.is_first_order = False
    coupon.coupon.save()
    secret = give(ann)
    shown = client.get(reading.path(secret))
    text = shown.content.decode()
    number = profiles.one(ann.id).value(Kind.MEMBER)
    assert shown.status_code == 200
    for part in ("240", "M " + number[1:4], coupon.code, "1 of 10", "Spend ฿14,000.00 more", "worth ฿60.00", "+240"):
        assert part in text, part
    assert "Chaiyaporn" not in text
    assert "ann@example.com" not in text
    assert "<style" not in text
    assert (shown["Referrer-Policy"], "no-store" in shown["Cache-Control"]) == ("no-referrer", True)
    for language, word in (("th", "บัตร"), ("ko", "카드")):
        assert word in client.get(f"{reading.path(secret)}?lang={language}").content.decode()
    told = json.loads(client.get(f"{reading.path(secret)}/manifest.webmanifest").content)
    assert (told["start_url"], told["scope"], told["display"]) == (reading.path(secret), "/card/", "standalone")
    worker = client.get("/card/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert client.get("/card/icon.svg")["Content-Type"] == "image/svg+xml"


def test_an_ended_card_a_wrong_address_and_who_left_are_answered_alike(client):
    ann, ben = enrolled(), enrolled()
    ended, left = give(ann), give(ben)
    assert give(ann) == ended, "the same card again"
    new = client.post(reading.path(ended), {"act": "new"})
    assert new["Location"] != reading.path(ended)
    assert client.get(new["Location"]).status_code == 200
    assert b"is ended" in client.post(f"{new['Location']}?lang=en", {"act": "end"}).content
    members.leave(customer=ben.id, shown={}, actor=SYSTEM, now=NOW)
    answers = {
        (answer.status_code, answer.content)
        for answer in (client.get(reading.path(secret)) for secret in (ended, "x" * 43, left))
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    assert not Card.objects.filter(customer=ann).exists()
    with pytest.raises(cards.UnableToGive):
        give(ben)


def test_a_card_opens_whoever_stands_for_its_owner_and_dies_with_them(client):
    ann, ben = enrolled(name="Ann"), enrolled(name="Ben")
    secret = give(ben)
    log = merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=NOW)
    assert reading.face(reading.holder(reading.find(secret)), now=NOW).name == "Ann"
    merging.unmerge(merge_log=log.id, actor=SYSTEM, at=NOW)
    assert reading.face(reading.holder(reading.find(secret)), now=NOW).name == "Ben"
    erasing.erase(customer=ben.id, actor=SYSTEM, at=NOW)
    assert client.get(reading.path(secret)).status_code == 404
    assert not CardKey.objects.exists()


def test_staff_show_send_and_end_it_and_the_letter_goes_to_the_persons_own_address(client):
    ann = enrolled(email="ann@example.com", language="th")
    client.force_login(factories.staff(role="clerk"))
    page = f"/loyalty/members/{ann.id}/card/"
    assert "Show the code" in client.get(page).content.decode()
    client.post(page, {"act": "give"})
    assert '<svg class="qr"' in client.get(page).content.decode()
    for _ in range(5):
        client.post(page, {"act": "send"})
    (first, *others) = Notice.objects.filter(customer_id=ann.id, kind=cards.KIND)
    assert len(others) == 2, "three a day, and no more"
    assert (first.channel, first.language) == ("email", "th")
    client.post(page, {"act": "end"})
    assert not Card.objects.exists()
