"""kill -9 in the middle of the main job: the result is the same as without."""

import csv
import os
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests import running

pytestmark = pytest.mark.chaos

PEOPLE = 1500
LINES = 60_000
NOW = datetime.fromisoformat("2026-06-30T12:00:00+07:00")


@pytest.fixture
def mail() -> Iterator[running.MailServer]:
    server = running.MailServer()
    yield server
    server.stop()


@pytest.fixture
def shop(mail: running.MailServer) -> Iterator[running.Shop]:
    with running.shop(email_url=mail.url) as found:
        yield found


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Everybody ordered long ago, everybody allows e-mail."""
    write(
        tmp_path / "customers.csv",
        ["customer.external_id", "customer.email", "customer.name"],
        ([f"k{number}", f"k{number}@example.com", f"Kim {number}"] for number in range(PEOPLE)),
    )
    write(
        tmp_path / "consents.csv",
        ["customer.external_id", "consent.purpose", "consent.channel", "consent.granted"],
        ([f"k{number}", "marketing", "email", "yes"] for number in range(PEOPLE)),
    )
    write(
        tmp_path / "orders.csv",
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
                f"o{number % (LINES // 3)}",
                (NOW - timedelta(days=100 + number % 200)).strftime("%Y-%m-%d %H:%M:%S"),
                f"k{number % (LINES // 3) % PEOPLE}",
                f"sku-{number % 50}",
                "1",
                "10.50",
            ]
            for number in range(LINES)
        ),
    )
    return tmp_path


def write(path: Path, header: list[str], rows: Iterator[list[str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def count(shop: running.Shop, sql: str) -> int:
    code = f"from django.db import connection as c; k=c.cursor(); k.execute({sql!r}); print(k.fetchone()[0])"
    return int(shop.run("shell", "-v", "0", "-c", code))


def test_an_import_that_is_killed_again_and_again_ends_as_if_nothing_had_happened(
    shop: running.Shop, files: Path
) -> None:
    words = ("import_file", "orders", str(files / "orders.csv"), "--source", "till", "--no-wait")
    for chunk in (20_000, 40_000):
        process = shop.command(*words)
        # Past its first chunks, or the worker that took the job over is.
        shop.wait_for(lambda chunk=chunk: count(shop, "SELECT coalesce(max(done), 0) FROM core_job") >= chunk)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for pid in shop.children("worker"):
            os.kill(pid, signal.SIGKILL)
    shop.run("import_file", "orders", str(files / "orders.csv"), "--source", "till")
    assert count(shop, "SELECT count(*) FROM commerce_order") == LINES // 3
    assert count(shop, "SELECT count(*) FROM commerce_orderline") == LINES
    assert count(shop, "SELECT sum(amount) * 100 FROM commerce_order") == LINES * 1050
    assert count(shop, "SELECT count(*) FROM customers_customer WHERE status = 'known'") == PEOPLE
    shop.wait_for(lambda: count(shop, "SELECT count(*) FROM core_mark") == 0)
    assert count(shop, "SELECT sum(orders_count) FROM analytics_customermetrics") == LINES // 3


def test_killing_web_and_worker_while_sending_costs_at_most_one_repetition_per_kill(
    shop: running.Shop, mail: running.MailServer, files: Path
) -> None:
    for kind in ("customers", "consents", "orders"):
        shop.run("import_file", kind, str(files / f"{kind}.csv"), "--source", "till")
    campaign = {
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
    _, made = shop.call("POST", "/api/v1/campaigns/", campaign)
    shop.call("POST", f"/api/v1/campaigns/{made['id']}/activate/")
    shop.run("run_triggers", "--now", NOW.isoformat())
    kills = 0
    for goal in (200, 700):
        shop.wait_for(lambda goal=goal: len(mail.messages) >= goal)
        for name in ("worker", "web"):
            for pid in shop.children(name):
                os.kill(pid, signal.SIGKILL)
        kills += 1
    shop.wait_for(lambda: len({message["To"] for message in mail.messages}) == PEOPLE)
    shop.wait_for(lambda: count(shop, "SELECT count(*) FROM campaigns_message WHERE state = 'sent'") == PEOPLE)
    # SMTP has no idempotency key: what was in flight at a kill may come twice, with the same Message-ID. Two
    # processes of the worker send at once.
    assert len(mail.messages) <= PEOPLE + 2 * kills
    assert len({message["Message-ID"] for message in mail.messages}) == PEOPLE
