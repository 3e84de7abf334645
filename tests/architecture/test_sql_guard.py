"""What the guard of the suite sees, on planted statements; and that it watches."""

import threading

import pytest
from django.db import connection, connections

from commerce.models import Order
from tests import sql_guard
from tests.sql_guard import CORRELATED, JOIN, LOCK, MOVE, SHAPE, UNEQUAL

BAD = [
    (JOIN, "SELECT 1 FROM commerce_order o JOIN commerce_orderline l ON l.order_id = o.id"),
    (JOIN, "SELECT 1 FROM commerce_order o, consent_consentstate s WHERE o.source = s.purpose"),
    (JOIN, "SELECT 1 FROM customers_customer c LEFT JOIN commerce_order o ON o.id = c.id"),
    (JOIN, "SELECT 1 FROM customers_identifier i JOIN customers_customer c ON c.id = i.customer_id"),
    (JOIN, "SELECT 1 FROM commerce_order o JOIN commerce_orderline l ON l.order_id = o.id AND o.customer_id = ANY(%s)"),
    (JOIN, "DELETE FROM commerce_orderline l USING commerce_order o WHERE l.order_id = o.id"),
    (JOIN, "UPDATE commerce_orderline l SET sku = o.source FROM commerce_order o WHERE l.order_id = o.id"),
    (CORRELATED, "SELECT 1 FROM customers_customer c WHERE EXISTS (SELECT 1 FROM commerce_order o WHERE o.id = c.id)"),
    (
        CORRELATED,
        "DELETE FROM commerce_order o WHERE NOT EXISTS (SELECT 1 FROM commerce_orderline l WHERE l.order_id = o.id)",
    ),
    (LOCK, "SELECT 1 FROM customers_customer WHERE id = ANY(%s) FOR UPDATE"),
    (LOCK, "SELECT 1 FROM commerce_order WHERE external_id = %s FOR UPDATE SKIP LOCKED"),
    (LOCK, 'SELECT 1 FROM "commerce_order" WHERE "commerce_order"."customer_id" IN (%s, %s) FOR UPDATE'),
    (MOVE, "UPDATE commerce_order SET customer_id = %s WHERE id = %s"),
    (MOVE, 'UPDATE "customers_customer" SET "id" = %s'),
    (UNEQUAL, "UPDATE commerce_order SET amount = random() WHERE customer_id = %s"),
    (UNEQUAL, "UPDATE commerce_order SET placed_at = placed_at + interval '1 day' WHERE customer_id = %s"),
    (
        UNEQUAL,
        (
            "INSERT INTO analytics_customermetrics (customer_id) VALUES (%s)"
            " ON CONFLICT (customer_id) DO UPDATE SET computed_at = now()"
        ),
    ),
    (SHAPE, "SELECT source, count(*) FROM commerce_order GROUP BY ROLLUP (source)"),
    (
        SHAPE,
        (
            "WITH RECURSIVE up AS (SELECT id FROM customers_customer WHERE id = %s UNION ALL"
            " SELECT c.id FROM customers_customer c JOIN up ON c.merged_into = up.id) SELECT * FROM up"
        ),
    ),
]
FINE = [
    "SELECT 1 FROM commerce_order o JOIN commerce_orderline l ON l.order_id = o.id AND l.customer_id = o.customer_id",
    "SELECT 1 FROM commerce_order o JOIN commerce_orderline l ON (l.customer_id, l.order_id) = (o.customer_id, o.id)",
    "SELECT 1 FROM customers_customer c LEFT JOIN analytics_customermetrics m ON m.customer_id = c.id",
    "SELECT 1 FROM commerce_order o, commerce_orderline l WHERE o.customer_id = %s AND l.customer_id = %s",
    "SELECT 1 FROM customers_customer c WHERE EXISTS (SELECT 1 FROM commerce_order o WHERE o.customer_id = c.id)",
    "SELECT 1 FROM customers_customer WHERE id IN (SELECT customer_id FROM commerce_order)",
    "SELECT 1 FROM customers_customer WHERE id = %s FOR UPDATE",
    "UPDATE commerce_order SET amount = amount + %s WHERE customer_id = %s",
    "UPDATE commerce_order SET updated_at = now() WHERE customer_id = %s",
    (
        "INSERT INTO analytics_customermetrics (customer_id) VALUES (%s)"
        " ON CONFLICT (customer_id) DO UPDATE SET computed_at = EXCLUDED.computed_at"
    ),
    "SELECT 1 FROM core_job JOIN core_jobreject ON core_jobreject.job_id = core_job.id FOR UPDATE",
    "CREATE INDEX x ON commerce_order (id)",
]


@pytest.mark.parametrize(("rule", "statement"), BAD)
def test_a_planted_statement_is_seen(rule, statement):
    assert rule in {one.rule for one in sql_guard.judge(statement)}


@pytest.mark.parametrize("statement", FINE)
def test_what_can_be_distributed_is_left_alone(statement):
    assert sql_guard.judge(statement) == ()


@pytest.mark.parametrize(
    ("statement", "read"),
    [
        ("VALUES (%s, %s, %s, DEFAULT), (%s, %s, %s, %s), (%s, %s, %s, %s)", "VALUES (%s, %s, DEFAULT)"),
        ("a IN (%s, %s, %s, %s) AND b IN (%s) AND c IN (%s, %s)", "a IN (%s, %s) AND b IN (%s) AND c IN (%s, %s)"),
        ("coalesce(%s, a), (b = %s), (c = %s)", "coalesce(%s, a), (b = %s), (c = %s)"),
    ],
)
def test_statements_of_one_shape_are_read_once(statement, read):
    assert sql_guard.alike(statement) == read


def test_a_statement_that_nobody_can_read_is_told():
    assert [one.rule for one in sql_guard.judge("SELECT FROM WHERE commerce_order ((")] == [sql_guard.UNREAD]


def test_every_exception_has_a_reason_and_names_tables_that_exist():
    for (_rule, tables), reason in sql_guard.ALLOWED.items():
        assert len(reason) > 20
        assert tables <= set(sql_guard.columns())


@pytest.fixture
def as_ours(monkeypatch):
    """Statements of this test count as the product's; what they bring is taken here."""
    monkeypatch.setattr(sql_guard, "_is_ours", lambda: True)
    yield
    sql_guard.guard.take()


def test_the_suite_is_watched(db, as_ours):
    list(Order.objects.select_for_update().filter(external_id="1"))
    assert [one.rule for one in sql_guard.guard.take()] == [LOCK]


@pytest.mark.django_db(transaction=True)
def test_connections_of_other_threads_are_watched(as_ours):
    def work():
        try:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE commerce_order SET customer_id = %s WHERE id = %s", [None, None])
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [one.rule for one in sql_guard.guard.take()] == [MOVE]


def test_statements_of_tests_are_their_own_business(db):
    list(Order.objects.select_for_update().filter(external_id="1"))
    assert sql_guard.guard.take() == []
