"""The customer list (plain, filtered, searched) and the 360 page at N customers, asked over HTTP as a browser does.

A tenth of the people (at most 50,000) come through the real import with contacts, orders and consents and are the
newest, so that the pages show whole people; the rest are real rows with sealed names, keys and search tokens.
"""

import http.cookiejar
import itertools
import random
import re
import statistics
import sys
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.report import Report

SEED = 12
ASKED = 200
AT_ONCE = 2
BATCH = 10_000


def main(customers: int, target: Path) -> None:
    """Measure."""
    from tests import running

    report = Report()
    with running.shop() as shop:
        whole = min(50_000, customers // 10)
        shop.run("shell", "-v", "0", "-c", f"from bench import run_pages; run_pages.fill({customers - whole})")
        shop.run("sample_shop", "--customers", str(whole), "--events", str(whole), "--seed", str(SEED))
        shop.run(
            "shell", "-v", "0", "-c", "from django.db import connection as c; c.cursor().execute('VACUUM ANALYZE')"
        )
        note = f"p95 of {ASKED} at {customers:,} customers"
        browser = Browser(shop.url, shop.credentials["staff_email"], shop.credentials["staff_password"])
        people = browser.people()
        for name, ask in {
            "customer list": lambda _: browser.get("/customers/"),
            "customer list with filter": lambda _: browser.get("/customers/?country=TH"),
            "search as you type": lambda n: browser.search(("som", "kim", "มะ", "김", "an")[n % 5]),
            "customer 360 page": lambda n: browser.get(people[n % len(people)]),
        }.items():
            report.bound(name, seconds=_p95(ask), target=0.150, note=note)
    report.write(target)


def fill(customers: int) -> None:
    """Customers with sealed names, keys, search tokens, metrics and consent, straight into the tables."""
    from django.db import connection
    from django.utils import timezone

    from cdp.core import ids
    from cdp.core.models import Source
    from cdp.sample import shop
    from customers.rules import people
    from customers.services.identity import fresh

    now = timezone.now()
    source, _ = Source.objects.get_or_create(key="bench")
    rows = shop.generate(seed=SEED + 1, customers=customers, events=0, now=now).people()
    rules = people.Rules(region="TH", today=now.date())
    maker = fresh.Maker(source, now)
    while batch := list(itertools.islice(rows, BATCH)):
        told = []
        for row in batch:
            wanted = ("name", "gender", "language", "country", "province", "city")
            raw = {name: row[f"customer.{name}"] for name in wanted if row[f"customer.{name}"]}
            told.append(people.clean(raw, rules)[0])
        fresh.copy(fresh.Rows(maker.make(told, ids.uuid7s(len(told)))), range(len(told)))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO analytics_customermetrics (customer_id, orders_count, revenue_by_currency,
                refunds_by_currency, missing_rate, revenue_total, refunds_total, last_order_at, computed_at)
            SELECT id, 1, '{"THB": "100.00"}', '{}', '', 100, 0, now() - random() * interval '400 days', now()
            FROM customers_customer WHERE status = 'known'
            """
        )


class Browser:
    """A logged-in member of staff."""

    def __init__(self, url: str, email: str, password: str) -> None:
        """Log in through the ordinary form."""
        self.url = url
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        page = self.get("/accounts/login/")
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found
        self.post("/accounts/login/", {"login": email, "password": password, "csrfmiddlewaretoken": found[1]})

    def get(self, path: str) -> str:
        """A page, which must be there."""
        with self.opener.open(self.url + path, timeout=60) as answer:
            assert answer.status == 200, path
            return str(answer.read().decode())

    def post(self, path: str, data: dict[str, Any]) -> str:
        """A form."""
        body = urllib.parse.urlencode(data).encode()
        headers = {"Referer": self.url + path, "HX-Request": "true", "X-CSRFToken": self._token()}
        request = urllib.request.Request(self.url + path, data=body, headers=headers)
        with self.opener.open(request, timeout=60) as answer:
            return str(answer.read().decode())

    def _token(self) -> str:
        return next((cookie.value or "" for cookie in self.jar if cookie.name == "csrftoken"), "")

    def search(self, text: str) -> str:
        """What the palette asks while somebody types."""
        return self.post("/search/", {"q": text})

    def people(self) -> list[str]:
        """Addresses of 360 pages."""
        page = self.get("/customers/")
        found = sorted(set(re.findall(r'href="(/customers/[0-9a-f-]{36}/)"', page)))
        assert found
        random.Random(SEED).shuffle(found)
        return found


def _p95(ask: Any) -> float:
    def timed(number: int) -> float:
        started = time.perf_counter()
        ask(number)
        return time.perf_counter() - started

    timed(0)  # templates are compiled on first use
    with ThreadPoolExecutor(AT_ONCE) as pool:
        times = list(pool.map(timed, range(ASKED)))
    return statistics.quantiles(times, n=20)[18]


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
