"""The main job on real input: orders come in, each person is known once, the inactive get one lawful e-mail.

541,909 real order lines (UCI Online Retail) with reference answers computed by an independent script.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests import running

FOLDER = running.DATA / "online_retail_uci"
LAST_DAY = "2011-12-09T23:59:00+07:00"
MAPPING = {
    "columns": {
        "InvoiceNo": "order.external_id",
        "InvoiceDate": "order.placed_at",
        "CustomerID": "customer.external_id",
        "StockCode": "line.sku",
        "Description": "line.name",
        "Quantity": "line.quantity",
        "UnitPrice": "line.unit_price",
        "Country": "customer.country",
    },
    "constants": {"order.currency": "GBP"},
    "options": {"encoding": "auto", "dayfirst": None},
}
CAMPAIGN = {
    "name": "Win back",
    "purpose": "marketing",
    "trigger": {"kind": "inactive", "days": 90, "activity": "order", "clock": "manual"},
    "audience": {"all": [{"consent": {"purpose": "marketing", "channel": "email"}, "op": "=", "value": True}]},
    "steps": [
        {
            "kind": "message",
            "channel": "email",
            "template": {
                "subject": {"en": "We miss you"},
                "body": {"en": "Hello {{ customer.name | default: 'there' }}, ten percent off your next order."},
            },
        }
    ],
}
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not FOLDER.exists(), reason="the real transactions are not beside this checkout"),
]


def reference(name: str) -> list[dict[str, str]]:
    """A reference table of the set."""
    with gzip.open(FOLDER / name, "rt", newline="") as file:
        return list(csv.DictReader(file))


def inactive_customers() -> list[dict[str, str]]:
    """Who has not bought for more than 90 days at the last day, and for how many."""
    return reference("reference_inactive_90d_customers.csv.gz")


@pytest.fixture(scope="module")
def mail() -> Iterator[running.MailServer]:
    server = running.MailServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def shop(mail: running.MailServer) -> Iterator[running.Shop]:
    with running.shop(email_url=mail.url) as found:
        yield found


def write_people(shop: running.Shop, folder: Path) -> None:
    """Addresses and permissions for everybody in the reference, and a denial for one in ten."""
    people = [row["customer_id"] for row in reference("reference_rfm_customers.csv.gz")]
    with (folder / "people.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["customer.external_id", "customer.email"])
        rows.writerows([person, f"c{person}@example.com"] for person in people)
    with (folder / "consents.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["customer.external_id", "consent.purpose", "consent.channel", "consent.granted"])
        rows.writerows([person, "marketing", "email", "no" if allows_not(person) else "yes"] for person in people)
    shop.run("import_file", "customers", str(folder / "people.csv"), "--source", "retail")
    shop.run("import_file", "consents", str(folder / "consents.csv"), "--source", "retail")


def allows_not(person: str) -> bool:
    """Who said no, in this story."""
    return person.endswith("7")


def test_x02_the_inactive_who_allow_it_get_exactly_one_email(
    shop: running.Shop, mail: running.MailServer, tmp_path: Path
) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps(MAPPING))
    orders = str(FOLDER / "online_retail_all.csv.gz")
    words = ("import_file", "orders", orders, "--source", "retail", "--mapping", str(mapping), "--json")
    report = json.loads(shop.run(*words))
    assert report["rows"] == report["accepted"] == 541_909
    assert report["rejected"] == []
    assert any(warning["code"] == "float_suffix" for warning in report["warnings"])
    write_people(shop, tmp_path)

    check_metrics(shop)

    status, campaign = shop.call("POST", "/api/v1/campaigns/", CAMPAIGN)
    assert (status, campaign["status"]) == (201, "draft")
    assert shop.call("POST", f"/api/v1/campaigns/{campaign['id']}/activate/")[0] == 200
    inactive = {row["customer_id"] for row in inactive_customers()}
    wanted = {f"c{person}@example.com" for person in inactive if not allows_not(person)}

    shop.run("run_triggers", "--now", LAST_DAY)
    # Workers may have begun to send: whatever has become of the rows, they are those that were planned.
    number = {customer: person for person, customer in customers(shop).items()}
    planned = [number[str(customer)] for (customer,) in shop.rows("SELECT customer_id FROM campaigns_message")]
    assert sorted(planned) == sorted(person for person in inactive if not allows_not(person))
    shop.run("send_messages", "--now", LAST_DAY)
    shop.wait_for(lambda: len(mail.messages) >= len(wanted))
    assert sorted(message["To"] for message in mail.messages) == sorted(wanted)
    assert_lawful(shop, mail)
    results = shop.call("GET", f"/api/v1/campaigns/{campaign['id']}/results/")[1]
    assert (results["planned"], results["sent"], results["failed"]) == (len(wanted), len(wanted), 0)

    # Doing it all again sends nothing new.
    again = json.loads(shop.run(*words))
    assert (again["created"], again["accepted"]) == (0, 541_909)
    check_metrics(shop)
    shop.run("run_triggers", "--now", LAST_DAY)
    shop.run("send_messages", "--now", LAST_DAY)
    assert len(mail.messages) == len(wanted)


def customers(shop: running.Shop) -> dict[str, str]:
    """Customer number → id, of everybody, over REST."""
    known: dict[str, str] = {}
    link = "/api/v1/customers/?page_size=500"
    while link:
        _, page = shop.call("GET", link)
        for customer in page["results"]:
            for external in customer["external_ids"]:
                known[external["value"]] = customer["id"]
        link = page["next"]
    return known


def check_metrics(shop: running.Shop) -> None:
    """Every customer's orders, money, last day and days since then equal the reference."""
    known = customers(shop)
    rows = reference("reference_rfm_customers.csv.gz")
    assert len(rows) == 4338
    # REST for a sample of people, the table itself for all of them.
    for row in rows[::400]:
        _, metrics = shop.call("GET", f"/api/v1/customers/{known[row['customer_id']]}/metrics/")
        assert metrics["orders_count"] == int(row["frequency"])
        assert metrics["revenue_by_currency"] == {"GBP": f"{Decimal(row['monetary']):.2f}"}
    shown = json.loads(shop.run("shell", "-v", "0", "-c", TABLE))
    for row in rows:
        count, money, last_day, days = shown[known[row["customer_id"]]]
        assert count == int(row["frequency"])
        assert Decimal(money) == Decimal(row["monetary"]).quantize(Decimal("0.01"))
        assert last_day == row["last_purchase"][:10]
        assert days == int(row["recency_days"])
    silent = {row["customer_id"]: int(row["days_since_last"]) for row in inactive_customers()}
    assert {person: shown[known[person]][3] for person in silent} == silent
    assert sum(days > 90 for _, _, _, days in shown.values()) == len(silent) == 1449


# Everybody's figures at the data's last day, as the product itself tells them: days are counted by its clock.
TABLE = f"""
import datetime, json, zoneinfo
from analytics.models import CustomerMetrics
from analytics.selectors import metrics
zone, now = zoneinfo.ZoneInfo("Asia/Bangkok"), datetime.datetime.fromisoformat("{LAST_DAY}")
people = list(CustomerMetrics.objects.filter(orders_count__gt=0).values_list("customer_id", flat=True))
print(json.dumps({{str(who): [m["orders_count"], m["revenue_by_currency"]["GBP"],
      str(m["last_order_at"].astimezone(zone).date()), m["days_since_last_order"]]
      for who, m in metrics.of_many(people, now).items()}}))
"""


def assert_lawful(shop: running.Shop, mail: running.MailServer) -> None:
    """Every message says who writes, why, and how to stop it; one click is enough."""
    assert len({message["Message-ID"] for message in mail.messages}) == len(mail.messages)
    for message in mail.messages[:50]:
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["List-Unsubscribe"].strip("<>").startswith(shop.url)
        assert message["X-CDP-Message"]
        for part in ("plain", "html"):
            body = message.get_body((part,))
            assert body is not None
            assert "/unsubscribe/" in body.get_content()
