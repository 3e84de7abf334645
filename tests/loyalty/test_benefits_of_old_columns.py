"""The migration that wrote what coupons gave as one structure: every row of before reads as what it said, and back."""

import importlib
import json
import uuid
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection

from loyalty.rules import benefit
from loyalty.rules.benefit import Amount, Basket, Percent, judge

pytestmark = pytest.mark.django_db
MIGRATION = importlib.import_module("loyalty.migrations.0003_what_is_given")
OLD = """
CREATE TEMPORARY TABLE {} (
    id uuid PRIMARY KEY, percent numeric(5, 2), amount numeric(16, 4), minimum numeric(16, 4), currency varchar(3) NOT NULL,
    benefit jsonb
)
"""
ROWS = [
    # percent, amount, minimum, currency → what it gives
    ("10.00", None, None, "", Percent(percent=Decimal(10))),
    ("12.50", None, None, "", Percent(percent=Decimal("12.5"))),
    ("0.01", None, None, "", Percent(percent=Decimal("0.01"))),
    ("100.00", None, None, "THB", Percent(percent=Decimal(100), currency="THB")),
    ("15.00", None, "500.0000", "THB", Percent(percent=Decimal(15), minimum=Decimal(500), currency="THB")),
    # A smallest basket of a time when nobody said in which currency: the shop's.
    ("15.00", None, "500.0000", "", Percent(percent=Decimal(15), minimum=Decimal(500), currency="THB")),
    (None, "50.0000", None, "THB", Amount(amount=Decimal(50), currency="THB")),
    (None, "3000.0000", "20000.5000", "KRW", Amount(amount=Decimal(3000), minimum=Decimal("20000.5"), currency="KRW")),
    (None, "0.2500", None, "USD", Amount(amount=Decimal("0.25"), currency="USD")),
    (None, "50.0000", None, "", Amount(amount=Decimal(50), currency="THB")),
]


@pytest.fixture
def rows(settings):
    """The tables as they were, beside those of today: of them nothing is seen meanwhile."""
    settings.CDP_CURRENCY = "THB"
    ids = [uuid.UUID(int=number + 1) for number in range(len(ROWS))]
    with connection.cursor() as cursor:
        for table in ("loyalty_offer", "loyalty_coupon"):
            cursor.execute(OLD.format(table))
            for row, (percent, amount, minimum, currency, _gives) in zip(ids, ROWS, strict=True):
                cursor.execute(
                    f"INSERT INTO {table} VALUES (%s, %s, %s, %s, %s, NULL)", [row, percent, amount, minimum, currency]
                )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE pg_temp.loyalty_offer; DROP TABLE pg_temp.loyalty_coupon")


def read(table, columns):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} ORDER BY id")
        return cursor.fetchall()


@pytest.mark.parametrize("portion", [3, 10_000])
def test_every_old_row_reads_as_what_it_said_and_back(rows, monkeypatch, portion):
    monkeypatch.setattr(MIGRATION, "PORTION", portion)
    editor = SimpleNamespace(connection=connection)
    before = [row[:3] for row in ROWS]
    MIGRATION.fill(None, editor)
    for table in ("loyalty_offer", "loyalty_coupon"):
        told = [json.loads(text) for (text,) in read(table, "benefit::text")]
        found = [benefit.read(one) for one in told]
        assert found == [row[4] for row in ROWS]
        # As we write it ourselves: the same again is the same.
        assert told == [benefit.written(one) for one in found]
    MIGRATION.empty(None, editor)
    for table in ("loyalty_offer", "loyalty_coupon"):
        told = read(table, "percent, amount, minimum")
        assert [tuple(None if one is None else str(one) for one in row) for row in told] == before


def test_what_was_promised_takes_off_what_it_did():
    assert judge(ROWS[1][4], Basket(Decimal("99.95"), "THB"), digits=2).off == Decimal("12.49")
    assert judge(ROWS[7][4], Basket(Decimal(20000), "KRW"), digits=0).off is None
    assert judge(ROWS[7][4], Basket(Decimal(20001), "KRW"), digits=0).off == 3000
