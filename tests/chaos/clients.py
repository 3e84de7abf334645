"""A storefront that does what the API's documentation says: it repeats a write under the same key until it is answered."""

import threading
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any

from tests import running

TRY_AGAIN = {500, 502, 503, 504, 429}


class Storefront:
    """Writes people, their permission and an order each, over several connections at once."""

    def __init__(self, shop: running.Shop, *, people: int) -> None:
        self.shop, self.people = shop, people
        self.answers: dict[str, tuple[int, Any]] = {}
        self._requests: dict[str, tuple[str, dict[str, Any]]] = {}
        self._writing = threading.Lock()
        self._pool = ThreadPoolExecutor(4)
        self._waiting = [self._pool.submit(self._serve, number) for number in range(people)]

    @property
    def acknowledged(self) -> int:
        """How many writes were answered."""
        return len(self.answers)

    def finish(self) -> None:
        """Wait until everything is answered."""
        for one in self._waiting:
            one.result(running.PATIENCE)
        self._pool.shutdown()

    def repeat(self) -> None:
        """Send everything a second time: each answer must be the first one again."""
        for key, (status, body) in self.answers.items():
            path, sent = self._requests[key]
            assert self.shop.call("POST", path, sent, Idempotency_Key=key) == (status, body)

    def _serve(self, number: int) -> None:
        body = {"external_id": f"w{number}", "email": f"w{number}@example.com", "name": f"Won {number}"}
        customer = self._write(f"customer-{number}", "/api/v1/customers/", body)["id"]
        consent = {
            "customer": customer,
            "purpose": "marketing",
            "channel": "email",
            "granted": True,
            "evidence": {"form": "checkout"},
        }
        self._write(f"consent-{number}", "/api/v1/consents/", consent)
        order = {
            "external_id": f"w{number}",
            "placed_at": "2026-03-01T10:00:00Z",
            "currency": "THB",
            "customer": {"external_id": f"w{number}"},
            "lines": [
                {"sku": "A", "quantity": 1, "unit_price": "10.00"},
                {"sku": "B", "quantity": 2, "unit_price": "5"},
            ],
        }
        self._write(f"order-{number}", "/api/v1/orders/", order)

    def _write(self, key: str, path: str, body: dict[str, Any]) -> Any:
        deadline = time.monotonic() + running.PATIENCE
        while time.monotonic() < deadline:
            try:
                status, answer = self.shop.call("POST", path, body, Idempotency_Key=key)
            except (OSError, urllib.error.URLError, HTTPException):
                status, answer = 503, None  # nobody there, or the connection broke before the answer
            if status not in TRY_AGAIN and not (status == 409 and answer["code"] == "in_progress"):
                with self._writing:
                    self.answers[key] = (status, answer)
                    self._requests[key] = (path, body)
                assert status == 201, answer
                return answer
            time.sleep(0.2)
        raise AssertionError(f"{key} was never answered")


def assert_everything_is_there_once(shop: running.Shop, storefront: Storefront) -> None:
    """What was acknowledged exists, once; so do its metrics."""
    people = storefront.people
    assert len(storefront.answers) == 3 * people
    assert {status for status, _ in storefront.answers.values()} == {201}
    mine = "SELECT customer_id FROM customers_identifier WHERE kind = 'external_id'"
    ids = {body["id"] for key, (_, body) in storefront.answers.items() if key.startswith("customer-")}
    assert len(ids) == people
    found = ", ".join(f"'{one}'" for one in ids)
    assert shop.scalar(f"SELECT count(DISTINCT customer_id) FROM ({mine}) k WHERE customer_id IN ({found})") == people
    for table, each in (("consent_consentrecord", 1), ("commerce_order", 1), ("commerce_orderline", 2)):
        assert shop.rows(
            f"SELECT count(*), count(DISTINCT customer_id) FROM {table} WHERE customer_id IN ({found})"
        ) == [(each * people, people)], table
    shop.wait_for(lambda: shop.scalar("SELECT count(*) FROM core_mark") == 0)
    assert shop.rows(
        "SELECT sum(orders_count)::int, (sum((revenue_by_currency->>'THB')::numeric))::int"
        f" FROM analytics_customermetrics WHERE customer_id IN ({found})"
    ) == [(people, 20 * people)]
