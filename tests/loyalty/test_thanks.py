"""Staff thank for a useful suggestion: once for each thing, within their limit, and the customer is told in words."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from cdp.core.actors import SYSTEM
from cdp.core.models import Notice
from cdp.core.outbox import composing
from customers.models import Note
from customers.services import merging
from loyalty.models import Act, Adjustment, Member, Offer
from loyalty.rules.spending import Refusal, Refused
from loyalty.selectors import coupons as reading
from loyalty.selectors import ledger, thanks
from loyalty.selectors.acts_told import Teller
from loyalty.services import adjusting, members, thanking
from surveys.models import Review, Ticket
from tests import factories
from tests.loyalty import programmes, shop

pytestmark = pytest.mark.django_db
NOW = timezone.now()
WORDS = "Sell the tea in small bags"


@pytest.fixture
def ann(db):
    cache.clear()
    begin = NOW - timedelta(days=300)
    programmes.publish(staff={"clerk": "50", "alone": "200"}, starts_at=begin, now=begin)
    found = factories.customer(name="Ann", email="ann@example.com", language="th")
    members.enrol(customer=found.id, how=Member.How.STAFF, actor=SYSTEM, now=NOW - timedelta(days=90))
    return found


@pytest.fixture
def review(ann):
    return Review.objects.create(
        customer_id=ann.id, source="shop", external_id="R-1", sku="TEA", rating=Decimal(4), at=NOW, told_at=NOW
    )


def offer(**fields):
    told = {"key": "treat", "why": Offer.Why.HAND, "benefit": {"gives": "percent", "percent": "10"}, **fields}
    return Offer.objects.create(**told)


def page(of):
    return reverse("loyalty:thanks", args=["review", of.customer_id, of.id])


def test_points_for_a_review_are_booked_once_told_in_words_and_name_the_colleague(client, ann, review):
    ben, cleo = factories.staff("clerk", "ben@shop.example"), factories.staff("marketer", "cleo@shop.example")
    client.force_login(ben)
    assert page(review) in client.get(reverse("voice:review", args=[ann.id, review.id])).content.decode()
    told = {"what": "points", "amount": "40", "words": WORDS, "reference": str(uuid.uuid4())}
    assert client.post(page(review), told).status_code == 302
    assert shop.has(ann, NOW + timedelta(minutes=5)) == 40
    (one,) = Teller(ann.id, ledger.page(ann.id).entries).tell()
    assert (one.title, one.why, one.words) == ("Thanked for a useful suggestion", ["In a review"], WORDS)
    assert one.who == str(ben)
    assert one.may_be_reversed
    (notice,) = Notice.objects.filter(kind="thanks")
    assert (notice.language, notice.customer_id) == ("th", ann.id)
    client.force_login(cleo)
    seen = client.get(page(review)).content.decode()
    assert str(ben) in seen
    assert "40 points" in seen
    again = client.post(page(review), told | {"amount": "41", "reference": str(uuid.uuid4())})
    assert again.status_code == 409
    offer()
    assert client.post(page(review), told | {"what": "coupon:treat"}).status_code == 409
    assert shop.has(ann, NOW + timedelta(minutes=5)) == 40
    assert Notice.objects.filter(kind="thanks").count() == 1


def test_more_than_one_may_decide_waits_and_the_customer_hears_when_it_is_booked(client, ann, review):
    clerk, owner = factories.staff("clerk", "ben@shop.example"), factories.staff("owner", "cleo@shop.example")
    thing = thanks.find("review", ann.id, review.id)
    asked = thanking.with_points(
        thing, wallet="points", amount=Decimal(60), words=WORDS, user=clerk, now=timezone.now()
    )
    assert isinstance(asked, Adjustment)
    assert not Notice.objects.filter(kind="thanks").exists()
    assert thanks.thanked(thing).is_waiting
    with pytest.raises(thanking.AlreadyThanked):
        thanking.with_points(thing, wallet="points", amount=Decimal(5), words=WORDS, user=owner, now=timezone.now())
    adjusting.approve(asked.id, user=owner, now=timezone.now())
    assert Notice.objects.filter(kind="thanks").count() == 1
    assert Act.objects.get(customer_id=ann.id, kind="adjust").details["about"] == thing.name
    found = thanks.thanked(thing)
    assert (found.by, found.is_waiting, found.what) == (clerk.id, False, "60 points")


def test_what_was_refused_can_be_thanked_for_otherwise(ann, review):
    clerk, owner = factories.staff("clerk", "ben@shop.example"), factories.staff("owner", "cleo@shop.example")
    thing = thanks.find("review", ann.id, review.id)
    asked = thanking.with_points(thing, wallet="points", amount=Decimal(60), words=WORDS, user=clerk, now=NOW)
    adjusting.refuse(asked.id, words="Too much", user=owner, now=NOW)
    thanking.with_points(thing, wallet="points", amount=Decimal(10), words=WORDS, user=clerk, now=timezone.now())
    assert shop.has(ann, NOW + timedelta(minutes=5)) == 10


def test_a_coupon_goes_to_who_takes_no_part_and_what_was_useful_is_a_note(client, ann):
    treat, bob = offer(), factories.customer(name="Bob", email="bob@example.com")
    ticket = Ticket.objects.create(
        customer_id=bob.id, source="staff", external_id="T-1", channel="counter", opened_at=NOW, spoken_at=NOW
    )
    clerk = factories.staff("clerk", "ben@shop.example")
    thing = thanks.find("ticket", bob.id, ticket.id)
    with pytest.raises(Refused) as refused:
        thanking.with_points(thing, wallet="points", amount=Decimal(5), words=WORDS, user=clerk, now=NOW)
    assert refused.value.reason is Refusal.NOT_MEMBER
    issued = thanking.with_coupon(thing, offer=treat, words=WORDS, user=clerk, now=NOW)
    with pytest.raises(thanking.AlreadyThanked) as before:
        thanking.with_coupon(thing, offer=treat, words=WORDS, user=clerk, now=NOW)
    assert (before.value.before.by, before.value.before.what) == (clerk.id, "10% off")
    assert (issued.coupon.reason, issued.coupon.source) == ("thanks", "staff")
    assert Note.objects.filter(customer_id=bob.id, author_id=clerk.id).count() == 1
    assert reading.find(issued.code).customer_id == bob.id
    merging.absorb(pairs={bob.id: ann.id}, reason="test", actor=SYSTEM, at=NOW)
    again = thanks.find("ticket", bob.id, ticket.id)
    assert again.customer == ann.id
    with pytest.raises(thanking.AlreadyThanked):
        thanking.with_points(again, wallet="points", amount=Decimal(5), words=WORDS, user=clerk, now=timezone.now())


def test_a_word_at_the_counter_is_thanked_from_the_customers_page(client, ann):
    clerk = factories.staff("clerk", "ben@shop.example")
    client.force_login(clerk)
    address = reverse("loyalty:thanks-word", args=[ann.id])
    assert address in client.get(reverse("customers:customer-detail", args=[ann.id])).content.decode()
    token = str(uuid.uuid4())
    told = {"what": "points", "amount": "20", "words": WORDS, "reference": token}
    assert [client.post(address, told).status_code for _ in range(2)] == [302, 409]
    assert client.post(address, told | {"words": "  "}).status_code == 200
    assert client.post(address, told | {"amount": "", "reference": str(uuid.uuid4())}).status_code == 200
    assert shop.has(ann, NOW + timedelta(minutes=5)) == 20
    client.force_login(factories.staff("viewer", "dan@shop.example"))
    assert address not in client.get(reverse("customers:customer-detail", args=[ann.id])).content.decode()
    nobodys = reverse("loyalty:thanks", args=["review", ann.id, uuid.uuid4()])
    client.force_login(clerk)
    assert client.get(nobodys).status_code == 404


@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_the_thanks_are_words_of_ours_with_the_code_and_nothing_of_what_a_colleague_wrote(language):
    data = {"what": "10% off", "code": "7KM3P-Q9XW2", "last_day": "1 January 2027"}
    told = composing.Outgoing(uuid.uuid4(), "thanks", None, "email", "ann@example.com", language, data, NOW)
    parts = composing.parts(told)
    for text in (parts.text, parts.html, parts.short):
        assert all(part in text for part in data.values())
    assert ("thank you for your suggestion" in parts.subject) is (language == "en")
