"""The main job in a small town: files, a campaign, and what must be true at the end whoever was killed on the way."""

import csv
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from tests import running

PEOPLE = 1500
LINES = 60_000
ORDERS = LINES // 3
MANY = 30_000
NOW = datetime.fromisoformat("2026-06-30T12:00:00+07:00")
CAMPAIGN = {
    "name": "Win back",
    "purpose": "marketing",
    "trigger": {"kind": "inactive", "days": 90, "activity": "order", "clock": "manual"},
    "audience": {"all": [{"consent": {"purpose": "marketing", "channel": "email"}, "op": "=", "value": True}]},
    "steps": [
        {
            "kind": "message",
            "channel": "email",
            "template": {"subject": {"en": "We miss you"}, "body": {"en": "Hello {{ customer.name }}"}},
        }
    ],
}


def write_files(folder: Path) -> Path:
    """Everybody ordered long ago, everybody allows e-mail."""
    _write(
        folder / "customers.csv",
        ["customer.external_id", "customer.email", "customer.name"],
        ([f"k{number}", f"k{number}@example.com", f"Kim {number}"] for number in range(PEOPLE)),
    )
    _write(
        folder / "consents.csv",
        ["customer.external_id", "consent.purpose", "consent.channel", "consent.granted"],
        ([f"k{number}", "marketing", "email", "yes"] for number in range(PEOPLE)),
    )
    _write(
        folder / "orders.csv",
        [
            "order.external_id",
            "order.placed_at",
            "customer.external_id",
            "line.sku",
            "line.quantity",
            "line.unit_price",
        ],
        (
            # Lines of one order stand far apart, so that chunks cut through orders.
            [
                f"o{number % ORDERS}",
                (NOW - timedelta(days=100 + number % 200)).strftime("%Y-%m-%d %H:%M:%S"),
                f"k{number % ORDERS % PEOPLE}",
                f"sku-{number % 50}",
                "1",
                "10.50",
            ]
            for number in range(LINES)
        ),
    )
    return folder


def _write(path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def write_people(folder: Path) -> Path:
    """As many people as `MANY`, each in one row."""
    _write(
        folder / "people.csv",
        ["customer.external_id", "customer.email", "customer.phone", "customer.name"],
        ([f"m{n}", f"m{n}@example.com", f"+668{n:08d}", f"Min {n}"] for n in range(MANY)),
    )
    return folder / "people.csv"


def write_visits(folder: Path) -> Path:
    """As many events as `MANY`; each stands there twice, far apart, because two of a kind are two."""
    _write(
        folder / "visits.csv",
        ["event.name", "event.at", "customer.external_id"],
        (
            [
                f"Tasted {number % 7}",
                (NOW - timedelta(days=30) + timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S"),
                f"m{number % PEOPLE}",
            ]
            for number in (*range(MANY // 2), *range(MANY // 2))
        ),
    )
    return folder / "visits.csv"


def assert_orders_are_whole(shop: running.Shop) -> None:
    """Every order once, with all its lines and its buyer; metrics that agree; no job left open."""
    assert shop.rows(
        "SELECT count(*), count(DISTINCT external_id), (sum(amount) * 100)::bigint FROM commerce_order"
    ) == [(ORDERS, ORDERS, LINES * 1050)]
    assert shop.scalar("SELECT count(*) FROM commerce_orderline") == LINES
    assert shop.scalar("SELECT count(*) FROM customers_customer WHERE status = 'known'") == PEOPLE
    shop.wait_for(lambda: shop.scalar("SELECT count(*) FROM core_mark") == 0)
    assert shop.rows(
        "SELECT sum(orders_count), (sum((revenue_by_currency->>'THB')::numeric) * 100)::bigint"
        " FROM analytics_customermetrics"
    ) == [(ORDERS, LINES * 1050)]
    assert shop.rows("SELECT kind, state FROM core_job WHERE state IN ('waiting', 'running', 'failed')") == []


def plan(shop: running.Shop, folder: Path) -> None:
    """Bring everybody in, and plan one message for each."""
    for kind in ("customers", "consents", "orders"):
        shop.run("import_file", kind, str(folder / f"{kind}.csv"), "--source", "till")
    _, made = shop.call("POST", "/api/v1/campaigns/", CAMPAIGN)
    shop.call("POST", f"/api/v1/campaigns/{made['id']}/activate/")
    shop.run("run_triggers", "--now", NOW.isoformat())


def wait_until_everybody_is_served(shop: running.Shop) -> None:
    """No message is left to send."""
    shop.wait_for(lambda: shop.scalar("SELECT count(*) FROM campaigns_message WHERE state = 'sent'") == PEOPLE)


def assert_each_has_one_message(shop: running.Shop, mail: running.MailServer, *, repetitions: int) -> None:
    """Everybody got the message, and at most so many came a second time, under the same Message-ID."""
    assert {str(message["To"]) for message in mail.messages} == {
        f"Kim {number} <k{number}@example.com>" for number in range(PEOPLE)
    }
    assert len({message["Message-ID"] for message in mail.messages}) == PEOPLE
    assert len(mail.messages) <= PEOPLE + repetitions
    states = shop.rows("SELECT state, count(*), count(DISTINCT customer_id) FROM campaigns_message GROUP BY state")
    assert states == [("sent", PEOPLE, PEOPLE)]
    assert shop.scalar("SELECT count(*) FROM campaigns_messageevent WHERE kind = 'sent'") == PEOPLE
