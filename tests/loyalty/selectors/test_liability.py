"""What the shop owes: as it is at a moment, whether or not the job has booked what time did."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection, transaction

from cdp.core import ids, remembered
from cdp.core.actors import SYSTEM
from loyalty import tasks
from loyalty.models import Act, Member, WalletType
from loyalty.rules.programme import Wallets
from loyalty.rules.purse import Shortfall
from loyalty.selectors import liability
from loyalty.services import members
from loyalty.services.book import Book
from tests import factories
from tests.loyalty import programmes

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def put(customer, amount, *, at, ends=None, wait=timedelta(0), wallet="points"):
    with transaction.atomic():
        book = Book.open([customer.id], now=at)
        act = book.act(customer.id, wallet, Act.Kind.EARN, cause=f"test:{ids.uuid7()}")
        act.moves += book.purse(customer.id, wallet).put(
            act.id, Decimal(amount), earned_at=at, active_from=at + wait, ends=ends, at=at
        )
        book.write()
    return act.id


def move(customer, kind, take, *, at):
    with transaction.atomic():
        book = Book.open([customer.id], now=at)
        act = book.act(customer.id, "points", kind, cause=f"test:{ids.uuid7()}")
        act.moves += take(book.purse(customer.id, "points"))
        book.write()


@pytest.mark.django_db
def test_what_is_out_is_told_by_its_last_month_and_what_came_and_went_by_the_month():
    ann, ben = factories.customer(), factories.customer()
    september, october = datetime(2026, 9, 10, tzinfo=UTC), datetime(2026, 10, 10, tzinfo=UTC)
    # Bangkok's midnight of 1 January: the last month is December.
    put(ann, 100, at=september, ends=datetime(2026, 12, 31, 17, tzinfo=UTC))
    put(ann, 40, at=october)
    put(ann, 25, at=NOW, wait=timedelta(days=14))
    put(ben, 60, at=september, ends=datetime(2026, 11, 15, 17, tzinfo=UTC))
    move(ann, Act.Kind.REDEEM, lambda purse: purse.spend(Decimal(30), at=october), at=october)
    lot = put(ben, 10, at=october)
    move(ben, Act.Kind.REDEEM, lambda purse: purse.spend(Decimal(70), at=october), at=october)
    move(ben, Act.Kind.REFUND, lambda purse: purse.take_back(lot, Decimal(10), at=NOW, shortfall=Shortfall.DEBT),
         at=NOW)  # fmt: skip
    # Ended a week ago, and no job has come by since.
    put(ann, 5, at=september, ends=datetime(2026, 11, 15, 17, tzinfo=UTC))
    members.enrol(customer=ann.id, how=Member.How.STAFF, actor=SYSTEM, now=NOW)
    members.enrol(customer=ben.id, how=Member.How.STAFF, actor=SYSTEM, now=september)

    found = liability.count(NOW)
    points = found.wallets["points"]

    assert (found.members, found.joined) == (2, 1)
    assert (points.active, points.pending, points.held, points.whole) == (110, 25, 0, 135)
    assert (points.debt, points.debtors) == (10, 1)
    assert points.ends == {date(2026, 12, 1): 70, None: 65}
    months = points.months
    assert len(months) == 13
    assert (months[date(2026, 9, 1)].earned, months[date(2026, 10, 1)].redeemed) == (165, 100)
    assert (months[date(2026, 11, 1)].expired, months[date(2026, 11, 1)].taken) == (5, 10)
    kept = Wallets(worth=Decimal("0.5"), expected=Decimal("0.8"))
    assert (points.worth(kept, is_money=False), points.liability(kept, is_money=False)) == (Decimal("67.5"), 54)
    assert points.worth(Wallets(), is_money=False) is None
    assert points.redeemed_share == Decimal(100) / 105


@pytest.mark.django_db
def test_the_page_begins_a_programme_and_then_tells_how_it_stands(client):
    client.force_login(factories.staff("owner"))
    assert "No programme is in force" in client.get("/loyalty/").content.decode()
    assert WalletType.objects.filter(key="points").exists()
    programmes.publish(wallets={"points": {"worth": "0.25", "expected": "0.5"}})
    ann = factories.customer()
    put(ann, 100, at=datetime.now(UTC) - timedelta(minutes=1))
    cache.clear()
    page = client.get("/loyalty/").content.decode()
    assert "Sun Club" in page
    assert "100 points" in page
    assert "฿25.00" in page
    assert "฿12.50" in page
    client.force_login(factories.staff("clerk"))
    page = client.get("/loyalty/").content.decode()
    assert "฿" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/loyalty/", "/loyalty/members/"])
def test_pages_say_of_when_an_older_count_is(client, page):
    client.force_login(factories.staff("owner"))
    programmes.publish()
    cache.clear()
    assert "As of" not in client.get(page).content.decode()
    noon = datetime.now(UTC).replace(hour=5, minute=7) - timedelta(days=1)  # 12:07 in Bangkok
    remembered.put(liability.NAME, replace(liability.count(noon), at=noon))
    assert "As of 12:07." in client.get(page).content.decode()


@pytest.mark.django_db
def test_one_worker_counts_at_a_time():
    cache.clear()
    theirs = psycopg.connect(**connection.get_connection_params() | {"autocommit": True})
    with theirs:
        theirs.execute("SELECT pg_advisory_lock(%s)", [tasks._COUNTING])
        tasks.count_liability()
        assert not remembered.is_fresh(liability.NAME)
    tasks.count_liability()
    assert remembered.is_fresh(liability.NAME)
