"""kill -9 while points are booked, while they end, and while two who were one become two: nothing is there twice or half."""

import contextlib
import re
import signal
import threading
import time

import psycopg
import pytest

from tests import running

pytestmark = pytest.mark.chaos
PEOPLE, EACH = 10_000, 5
ORDERS = PEOPLE * EACH
DAYS = 200
"""How long points last: those of the older orders have ended when they are booked."""

BEGIN = """
from datetime import timedelta
from django.db import connection
from django.utils import timezone
from customers.models import Customer
from loyalty.models import Member
from tests.loyalty import programmes
now = timezone.now()
begin = now - timedelta(days=900)
expiry = {"kind": "fixed", "days": DAYS, "until": "moment"}
programmes.publish(wallets={"points": {"expiry": expiry}}, starts_at=begin, now=begin)
people = Customer.objects.bulk_create(
    [Customer(status="known", created_at=begin, updated_at=begin) for _ in range(PEOPLE)], batch_size=5000
)
Member.objects.bulk_create([Member(customer=one, joined_at=begin, how="file") for one in people], batch_size=5000)
with connection.cursor() as cursor:
    cursor.execute('''
        INSERT INTO commerce_order (
            id, customer_id, source, external_id, placed_at, status, currency, discount, shipping, tax, amount,
            is_counted, coupon, channel, store, created_at, updated_at)
        SELECT gen_random_uuid(), c.id, 'till', 'B-' || n || '-' || c.id, now() - 70 * n * interval '1 day', 'paid',
            'THB', 0, 0, 0, 100 + 5 * get_byte(uuid_send(c.id), 13) + n, TRUE, '', '', '', now(), now()
        FROM customers_customer c, generate_series(1, EACH) n WHERE c.status = 'known'
    ''')
    cursor.execute('''
        INSERT INTO commerce_orderline (
            id, customer_id, order_id, sku, name, category, quantity, unit_price, discount, amount)
        SELECT gen_random_uuid(), customer_id, id, 'TEA', 'Tea', 'tea', 1, amount, 0, amount FROM commerce_order
    ''')
"""
MARK = """
from cdp.core import pipeline
from customers.models import Customer
pipeline.mark(list(Customer.objects.values_list("id", flat=True)), cause="test", lane=pipeline.BULK)
"""
JOB = """
from django.utils import timezone
from loyalty.services import lapsing
print("BOOKED", lapsing.book_due(now=timezone.now()))
"""
EARNED = "SELECT count(*), count(DISTINCT fact_id), sum(change)::int FROM loyalty_act WHERE kind = 'earn'"
ENDED = "SELECT count(*), count(DISTINCT cause) FROM loyalty_act WHERE kind = 'expire'"
MOVED = "SELECT count(*), sum(amount)::int FROM loyalty_movement"


def shell(shop: running.Shop, text: str, **words: object) -> str:
    for name, value in words.items():
        text = text.replace(name, str(value))
    return shop.run("shell", "-v", "0", "-c", text)


def settled(shop: running.Shop) -> None:
    """The pipeline has nothing to do."""
    shop.wait_for(lambda: shop.scalar("SELECT count(*) FROM core_mark") == 0)


def test_points_for_fifty_thousand_orders_and_their_end_are_booked_once_whoever_is_killed(shop: running.Shop) -> None:
    shell(shop, BEGIN, PEOPLE=PEOPLE, EACH=EACH, DAYS=DAYS)
    assert shop.scalar("SELECT count(*) FROM commerce_order") == ORDERS
    shell(shop, MARK)
    for goal in (ORDERS // 10, ORDERS // 3, ORDERS * 2 // 3):
        shop.wait_for(lambda goal=goal: shop.rows(EARNED)[0][0] >= goal)
        shop.kill("worker")
        assert shop.scalar("SELECT count(*) FROM core_mark") > 0, "killed when everything was done"
        # With every act what it moved and the lot it made, or nothing of it.
        assert shop.scalar("SELECT count(*) FROM loyalty_lot") == shop.rows(EARNED)[0][0]
        shop.wait_for(lambda: shop.has_back("worker"))
    settled(shop)
    worth = shop.scalar("SELECT sum(floor(amount / 25))::int FROM commerce_order")
    assert shop.rows(EARNED) == [(ORDERS, ORDERS, worth)]
    shop.run("verify_ledgers")
    shell(shop, MARK)  # again: it comes to the same
    settled(shop)
    assert shop.rows(EARNED) == [(ORDERS, ORDERS, worth)]

    ended, lost = shop.rows("SELECT count(*), sum(amount)::int FROM loyalty_lot WHERE ends <= now()")[0]
    assert ended == 3 * PEOPLE  # of 210, 280 and 350 days ago
    for goal in (ended // 10, ended // 2):
        job = shop.command("shell", "-v", "0", "-c", JOB)
        shop.wait_for(lambda goal=goal: shop.rows(ENDED)[0][0] >= goal)
        job.send_signal(signal.SIGKILL)
        shop.kill("worker")  # which has the same job
        job.communicate()
        assert shop.rows(ENDED)[0][0] < ended, "killed when everything was done"
        assert shop.scalar("SELECT count(*) FROM loyalty_lot WHERE expired > 0") == shop.rows(ENDED)[0][0]
    while "BOOKED 0" not in shell(shop, JOB):
        pass
    assert shop.rows(ENDED) == [(ended, ended)]
    assert shop.rows("SELECT sum(active)::int, sum(expired)::int FROM loyalty_lot") == [(worth - lost, lost)]
    assert shop.scalar("SELECT sum(active)::int FROM loyalty_balance") == worth - lost
    settled(shop)
    shop.run("verify_ledgers")
    before = shop.rows(MOVED)
    shell(shop, JOB)
    assert shop.rows(MOVED) == before


COUPLE = """
from datetime import timedelta
from decimal import Decimal
from django.utils import timezone
from cdp.core.actors import SYSTEM
from customers.models import Identifier
from customers.services import merging
from loyalty.models import Member
from loyalty.services import accruing, holds, members
from loyalty.services.tills import Asked
from tests import factories
from tests.loyalty import programmes, shop
now = timezone.now()
begin = now - timedelta(days=9)
programmes.publish(starts_at=begin, now=begin)
ann, ben = factories.customer(email="ann@example.com"), factories.customer(email="ben@example.com")
digest = bytes(Identifier.objects.get(customer_id=ben.id, kind="email").digest)
for one in (ann, ben):
    members.enrol(customer=one.id, how=Member.How.STAFF, actor=SYSTEM, now=begin)
    for n in range(BOUGHT):
        shop.buy(one, begin + timedelta(minutes=n), ("TEA", 1, 100), resolved_by=None)
accruing.accrue([ann.id, ben.id], now)
merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=now)
# While they are one he buys as often again, and pays with what is hers: four by four, of what is oldest.
for n in range(BOUGHT):
    shop.buy(ann, begin + timedelta(hours=90, minutes=n), ("TEA", 1, 100), resolved_by=digest)
accruing.accrue([ann.id], now)
for n in range(SPENT):
    holds.redeem(Asked(ann.id, SYSTEM, now, "till", reference=f"T-{n}"), Decimal(4), resolved_by=digest)
print("=" + str(ann.id))
print("=" + str(ben.id))
"""
BOUGHT, SPENT = 400, 350
HAS = "SELECT coalesce(sum(active - debt), 0)::int FROM loyalty_balance WHERE customer_id = '{}'"
WRITES = (
    "SELECT pid FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND state = 'active'"
    " AND query ~ 'loyalty_(act|movement|lot|hold|balance)' AND pid <> pg_backend_pid()"
)


def test_two_who_become_two_again_are_one_or_two_and_nothing_between_whoever_is_killed(shop: running.Shop) -> None:
    ann, ben = re.findall(r"^=(\S+)$", shell(shop, COUPLE, BOUGHT=BOUGHT, SPENT=SPENT), re.MULTILINE)
    settled(shop)
    before = shop.rows(MOVED)

    def part() -> tuple[int, object]:
        return shop.call("POST", f"/api/v1/customers/{ben}/unmerge")

    for _ in range(2):
        asked = threading.Thread(target=_lost, args=(part,))
        asked.start()
        with psycopg.connect(shop.servers["database_url"], autocommit=True) as connection:
            deadline = time.monotonic() + running.PATIENCE
            while not connection.execute(WRITES).fetchall():
                assert time.monotonic() < deadline
        shop.kill("web")
        asked.join()
        shop.wait_for(lambda: shop.scalar(WRITES) is None)
        assert shop.scalar("SELECT count(*) FROM customers_mergelog WHERE undone_at IS NULL") == 1
        assert shop.rows(MOVED) == before
        shop.wait_for(lambda: shop.has_back("web"))
        shop.wait_for(lambda: _answers(shop))
    shop.run("verify_ledgers")
    assert part()[0] == 200
    settled(shop)
    # A hundred baht are four points: hers, and his less what he paid with, whoever's it was.
    assert [shop.scalar(HAS.format(one)) for one in (ann, ben)] == [4 * BOUGHT, 4 * (2 * BOUGHT - SPENT)]
    shop.run("verify_ledgers")
    after = shop.rows(MOVED)
    status, told = part()
    assert (status, told["code"]) == (409, "not_merged")  # type: ignore[index]
    assert shop.rows(MOVED) == after


def _lost(call: object) -> None:
    """Whoever asked hears nothing."""
    with contextlib.suppress(OSError):
        call()  # type: ignore[operator]


def _answers(shop: running.Shop) -> bool:
    try:
        return shop.call("GET", "/readyz")[0] == 200
    except OSError:
        return False
