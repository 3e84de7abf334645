"""A thousand bad rows among a million: each is told with line, column, value and reason; everything else is in."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import running, visiting

pytestmark = pytest.mark.long

ROWS = 1_000_000
EVERY = 1000
"""One row in so many is bad, and never the same kind twice in a row."""
PEOPLE = 20_000
LINES_EACH = 4
MOST_MEMORY = 400 * 2**20
COLUMNS = (
    "order.external_id",
    "order.placed_at",
    "order.status",
    "order.currency",
    "customer.email",
    "line.sku",
    "line.quantity",
    "line.unit_price",
)
# Which cell becomes what, and how it is told: column, value, code.
BAD: tuple[tuple[str, bytes, tuple[str, str, str]], ...] = (
    ("line.quantity", b"two", ("line.quantity", "two", "not_a_number")),
    ("order.currency", b"XYZ", ("order.currency", "XYZ", "unknown_currency")),
    ("customer.email", b"not-an-address", ("customer.email", "not-an-address", "not_an_email")),
    ("line.unit_price", b"10.50,surplus,more", ("", "surplus,more", "too_many_columns")),
    ("line.sku", "ชา-".encode() + b"\xff", ("line.sku", "ชา-\ufffd", "bad_encoding")),
    ("order.external_id", b"R%d", ("order.external_id", "R%d", "refund_booked")),
    ("line.unit_price", b"", ("line.unit_price", "", "missing")),
    ("line.unit_price", b"cheap", ("line.unit_price", "cheap", "not_a_number")),
    ("order.placed_at", b"2026-02-30", ("order.placed_at", "2026-02-30", "no_such_day")),
    ("order.placed_at", b"yesterday", ("order.placed_at", "yesterday", "not_a_date")),
    ("order.status", b"teleported", ("order.status", "teleported", "unknown_status")),
    ("order.external_id", b"", ("order.external_id", "", "missing")),
    ("order.currency", b"USD", ("order.currency", "USD", "currency_differs")),
    ("line.sku", b'"tea', ("line.sku", '"tea', "unclosed_quote")),
    ("line.quantity", b"999999999999", ("line.quantity", "999999999999", "too_large")),
)
BOOKED = 5
"""The kind that tells a refund which was booked before."""


@pytest.fixture
def shop() -> Iterator[running.Shop]:
    with running.shop() as found:
        yield found


def bad_rows() -> Iterator[tuple[int, int]]:
    """Position of each bad row, counted from 0, and its kind. In the middle of an order, so that the order has others."""
    for number, position in enumerate(range(EVERY // 2 + 1, ROWS, EVERY)):
        yield position, number % len(BAD)


def write(path: Path) -> list[tuple[int, str, str, str]]:
    """The file; line, column, value and code of what is bad in it."""
    wrong = dict(bad_rows())
    told = []
    with path.open("wb") as file:
        file.write(",".join(COLUMNS).encode() + b"\n")
        for position in range(ROWS):
            order = position // LINES_EACH
            cells = [
                b"o%d" % order,
                b"2026-03-04 10:00",
                b"paid",
                b"THB",
                b"p%d@example.com" % (order % PEOPLE),
                "ชา-".encode() + b"%d" % (position % 50),  # so there is no doubt that the file is UTF-8
                b"2",
                b"10.50",
            ]
            if position in wrong:
                kind = wrong[position]
                column, text, (where, value, code) = BAD[kind]
                if kind == BOOKED:
                    text, value = text % position, value % position
                    cells[COLUMNS.index("line.quantity")] = b"-2"
                cells[COLUMNS.index(column)] = text
                told.append((position + 2, where, value, code))
            file.write(b",".join(cells) + b"\n")
    return told


def book_refunds(shop: running.Shop) -> None:
    """The refunds that the file tells again, booked over REST."""
    for position, kind in bad_rows():
        if kind != BOOKED:
            continue
        order = {
            "external_id": f"X{position}",
            "placed_at": "2026-03-01T10:00:00Z",
            "currency": "THB",
            "customer": {"email": "refunded@example.com"},
            "lines": [{"sku": "A", "quantity": 2, "unit_price": "10.50"}],
        }
        status, made = shop.call("POST", "/api/v1/orders/", order)
        assert status == 201, made
        refund = {"external_id": f"R{position}", "amount": "21.00"}
        assert shop.call("POST", f"/api/v1/orders/{made['id']}/refunds/", refund)[0] == 201


def largest(process: subprocess.Popen[str]) -> int:
    """The most memory that a living process has held so far, in bytes; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:
        return 0
    found = [line.split() for line in lines if line.startswith("VmHWM:")]
    return int(found[0][1]) * 1024 if found else 0


def test_a_thousand_bad_rows_among_a_million_are_told_each_and_cost_nothing_else(
    shop: running.Shop, tmp_path: Path
) -> None:
    told = write(tmp_path / "orders.csv")
    assert len(told) == ROWS // EVERY == 1000
    book_refunds(shop)
    booked = sum(1 for _, kind in bad_rows() if kind == BOOKED)

    words = ("import_file", "orders", str(tmp_path / "orders.csv"), "--source", source(shop), "--json")
    said, memory = watched(shop.command(*words))
    report = json.loads(said)

    found = [(one["line"], one["column"], one["value"], one["code"]) for one in report["rejected"]]
    assert found == told
    assert all(one["reason"] and one["reason"] != one["code"] for one in report["rejected"])
    assert (report["rows"], report["accepted"]) == (ROWS, ROWS - 1000)
    assert shop.rows(
        "SELECT count(*), (sum(amount) * 100)::bigint FROM commerce_order WHERE external_id LIKE 'o%'"
    ) == [(ROWS // LINES_EACH, (ROWS - 1000) * 2100)]
    assert shop.scalar("SELECT count(*) FROM commerce_orderline") == ROWS - 1000 + booked
    assert shop.rows("SELECT count(*), (sum(amount) * 100)::bigint FROM commerce_refund") == [(booked, booked * 2100)]
    assert shop.scalar("SELECT count(*) FROM customers_customer WHERE status = 'known'") == PEOPLE + 1
    assert memory < MOST_MEMORY, f"{memory / 2**20:.0f} MB"

    # The same on the page: all of them to download.
    visitor = visiting.Visitor(shop)
    visitor.log_in()
    job = shop.scalar("SELECT id FROM core_job")
    assert len(visitor.get(f"/imports/{job}/rejected.csv").text.splitlines()) == 1 + 1000


def source(shop: running.Shop) -> str:
    """The source of the first API key: what it books, the file tells again."""
    return str(shop.scalar("SELECT s.key FROM core_apikey k JOIN core_source s ON s.id = k.source_id LIMIT 1"))


def watched(process: subprocess.Popen[str]) -> tuple[str, int]:
    """What a process says until its end, and the most memory it held, in bytes."""
    memory = 0
    while True:
        try:
            said, errors = process.communicate(timeout=0.5)
        except subprocess.TimeoutExpired:
            memory = max(memory, largest(process))
        else:
            assert process.returncode == 0, errors
            return said, memory
