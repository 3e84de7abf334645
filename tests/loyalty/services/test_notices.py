"""Members are told before what they have ends: once, of what still ends, and only who may be told."""

import email.policy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage

import pytest
from django.db.models import Count

from cdp.core import outbox
from cdp.core.actors import SYSTEM
from cdp.core.models import Notice
from customers.models import Customer
from loyalty.models import Lot, Member, WalletType
from loyalty.services import giving, holds, notices
from loyalty.services.tills import Asked
from tests import factories
from tests.loyalty.programmes import BEGIN, publish
from tests.loyalty.shop import buy, settle

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 30, 3, tzinfo=UTC)  # ten in the morning in Bangkok
DAY = timedelta(days=1)
FIXED = {"points": {"expiry": {"kind": "fixed", "days": 60}}}


def member(*given, language="en", may=True, wallet="points", **raw):
    """Somebody who allows news and got points so many days ago."""
    found = factories.customer(now=BEGIN, **{"email": "ann@example.com", **raw})
    Customer.objects.filter(id=found.id).update(language=language)
    if may is not None:
        factories.consent(found, granted=may, at=BEGIN)
    Member.objects.create(customer=found, joined_at=BEGIN, how=Member.How.STAFF)
    for ago, amount in given:
        giving.give(Asked(found.id, SYSTEM, NOW - ago * DAY, "till", wallet=wallet), Decimal(amount))
    return found


@pytest.fixture
def sent(settings, tmp_path):
    """Everything that is due goes out; the texts of what was written by then."""
    settings.EMAIL_URL = f"file:{tmp_path}/outbox"

    def send(at=NOW):
        outbox.send_due(now=at)
        found = []
        for path in sorted((tmp_path / "outbox").glob("*.eml")):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            body = mail.get_body(("plain",))
            assert body is not None
            found.append((mail["Subject"], body.get_content()))
            path.unlink()
        return found

    return send


def test_what_ends_in_these_days_is_told_once_with_sum_first_day_balance_and_card(sent):
    publish(wallets=FIXED)
    member((50, 10), (45, 15), (40, 20), (1, 1000))
    assert notices.put_due(now=NOW) == 1
    [(subject, text)] = sent()
    assert "use 45 points in time" in subject
    assert "You have 1,045 points. Of these, 45 points can be used until 10 July 2026" in text
    assert "/card/" in text
    assert [notices.put_due(now=NOW + hours * timedelta(hours=1)) for hours in (0, 5, 48)] == [0, 0, 0]


def test_who_earns_every_day_hears_of_it_once_for_all_that_ends_until_then():
    publish(wallets=FIXED, notices={"first_days": 30, "last_days": 0})
    ann = member(*((ago, 5) for ago in reversed(range(59))))
    told = [day for day in range(45) if notices.put_due(now=NOW + day * DAY)]
    assert told == [0, 31]
    assert set(Notice.objects.values_list("customer_id", flat=True)) == {ann.id}


def test_the_last_days_are_told_of_again_and_what_is_near_is_not_told_of_twice():
    publish(wallets=FIXED)
    far, near = member((40, 10)), member((58, 10), email="ben@example.com")
    told = [(day, notices.put_due(now=NOW + day * DAY)) for day in range(25)]
    assert [one for one in told if one[1]] == [(0, 2), (13, 1)]
    counted = dict(Notice.objects.values_list("customer_id").annotate(Count("id")))
    assert counted == {far.id: 2, near.id: 1}


def test_nothing_is_told_of_what_was_spent_meanwhile_and_less_of_what_is_left(sent):
    publish(wallets=FIXED)
    gone, left = member((50, 30)), member((50, 30), email="ben@example.com")
    assert notices.put_due(now=NOW) == 2
    holds.redeem(Asked(gone.id, SYSTEM, NOW, "till"), Decimal(30))
    holds.redeem(Asked(left.id, SYSTEM, NOW, "till"), Decimal(18))
    [(_subject, text)] = sent()
    assert "You have 12 points. Of these, 12 points" in text
    states = dict(Notice.objects.values_list("customer_id", "state"))
    assert states == {gone.id: "dropped", left.id: "sent"}
    assert Notice.objects.get(customer_id=gone.id).reason == "no_longer_so"
    giving.give(Asked(gone.id, SYSTEM, NOW, "till"), Decimal(7))
    assert [notices.put_due(now=NOW + days * DAY) for days in (1, 31)] == [0, 1]


def test_an_end_that_a_purchase_moved_away_is_told_of_when_it_comes_near_again(sent):
    publish(wallets={"points": {"expiry": {"kind": "idle", "days": 60}}})
    ann = member()
    for ago in (50, 0):
        buy(ann, NOW - ago * DAY, ("tea", 1, "100"))
        settle(ann, NOW - ago * DAY)
        if ago:
            assert notices.put_due(now=NOW - DAY) == 1
    assert sent() == []
    assert Notice.objects.get().reason == "no_longer_so"
    assert Lot.objects.earliest("earned_at").ends > NOW + 59 * DAY
    assert [day for day in range(60) if notices.put_due(now=NOW + day * DAY)] == [30, 53]


@pytest.mark.parametrize(("to", "may", "expected"), [
    ("allowed", True, "sent"), ("allowed", False, "dropped"), ("allowed", None, "dropped"), ("members", None, "sent"),
])  # fmt: skip
def test_it_is_news_unless_the_terms_promise_it(sent, to, may, expected):
    publish(wallets=FIXED, notices={"to": to})
    member((50, 30), may=may)
    assert notices.put_due(now=NOW) == 1
    sent()
    assert Notice.objects.get().state == expected
    assert notices.put_due(now=NOW + DAY) == 0


@pytest.mark.parametrize(
    ("language", "words"), [("en", "until 10 July 2026"), ("th", "10 กรกฎาคม"), ("ko", "2026년 7월 10일")]
)
def test_it_is_told_in_the_language_of_the_reader(sent, language, words):
    publish(wallets=FIXED)
    member((50, 30), language=language)
    notices.put_due(now=NOW)
    [(subject, text)] = sent()
    assert "30" in subject
    assert words in text
    assert ("can be used" in text) is (language == "en")


def test_stamps_and_credit_are_told_of_in_the_same_letter_and_few_points_are_not(sent):
    WalletType.objects.create(
        key="coffee", kind="stamps", names={"en": {"one": "coffee stamp", "many": "coffee stamps"}}
    )
    publish(
        wallets={
            **FIXED,
            "credit": FIXED["points"],
            "coffee": {**FIXED["points"], "full": 10, "reward": "coffee"},
        },
        notices={"minimum": "50"},
    )
    ann = member((50, 49))
    for wallet, amount in (("coffee", 3), ("credit", 120)):
        giving.give(Asked(ann.id, SYSTEM, NOW - 45 * DAY, "till", wallet=wallet), Decimal(amount))
    assert notices.put_due(now=NOW) == 1
    [(_subject, text)] = sent()
    assert "3 coffee stamps can be used until 15 July" in text
    assert "฿120" in text
    assert "49 points" not in text


def test_nobody_is_told_where_the_programme_or_a_campaign_says_so(monkeypatch):
    publish(wallets=FIXED, notices={"first_days": 0, "last_days": 0})
    member((50, 30))
    assert notices.put_due(now=NOW) == 0
    publish(wallets=FIXED, starts_at=NOW, now=NOW)
    monkeypatch.setattr(notices, "_instead", [lambda: True])
    assert notices.put_due(now=NOW + DAY) == 0
    monkeypatch.setattr(notices, "_instead", [])
    assert notices.put_due(now=NOW + DAY) == 1


def test_the_number_of_questions_does_not_grow_with_the_people(django_assert_max_num_queries):
    publish(wallets=FIXED)
    for number in range(12):
        member((50, 30), email=f"m{number}@example.com")
    with django_assert_max_num_queries(25):
        assert notices.put_due(now=NOW) == 12
