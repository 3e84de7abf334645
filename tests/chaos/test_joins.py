"""kill -9 of the drain while visitors by the thousand turn out to be somebody: nobody is half joined."""

import base64
import json
import urllib.request

import pytest

from tests import running

pytestmark = pytest.mark.chaos
VISITORS, BATCH = 2000, 250


def send(shop: running.Shop, key: str, events: list[dict[str, str]]) -> None:
    credentials = base64.b64encode(f"{key}:".encode()).decode()
    for start in range(0, len(events), BATCH):
        body = json.dumps({"batch": events[start : start + BATCH]}).encode()
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{shop.url}/v1/batch", body, headers)
        with urllib.request.urlopen(request, timeout=running.PATIENCE) as answer:
            assert json.load(answer)["accepted"] == len(events[start : start + BATCH])


def test_a_drain_killed_in_the_middle_of_joins_leaves_nothing_half_done(shop: running.Shop) -> None:
    key = shop.run("create_source", "joins").strip().splitlines()[-1]
    send(shop, key, [{"type": "page", "anonymousId": f"v{n}", "messageId": f"p{n}"} for n in range(VISITORS)])
    shop.run("process_inbox")
    shop.wait_for(lambda: shop.scalar("SELECT count(*) FROM customers_customer WHERE status = 'anonymous'") == VISITORS)

    known = [
        {"type": "identify", "anonymousId": f"v{n}", "userId": f"u{n}", "messageId": f"i{n}"} for n in range(VISITORS)
    ]
    send(shop, key, known)
    joined = 0
    while joined < VISITORS:
        # Alone with the inbox or beside the worker: whoever drains is killed while it works on the next batch.
        command = shop.command("process_inbox")
        shop.wait_for(lambda: shop.scalar("SELECT count(*) FROM customers_mergelog") > joined)  # noqa: B023
        command.kill()
        command.communicate()
        shop.kill("worker")
        shop.wait_for(lambda: shop.has_back("worker"))
        joined = shop.scalar("SELECT count(*) FROM customers_mergelog")
        whole = shop.rows(
            "SELECT (SELECT count(*) FROM customers_customer WHERE status = 'merged'),"
            " (SELECT count(*) FROM customers_customer WHERE status = 'anonymous'),"
            " (SELECT count(*) FROM customers_mergelog),"
            " (SELECT count(*) FROM events_event WHERE kind = 'identify')"
        )
        ((merged, anonymous, logs, told),) = whole
        assert merged == logs == told, "a batch is there with everything, or not at all"
        assert merged + anonymous == VISITORS
    shop.wait_for(lambda: shop.scalar("SELECT count(*) FROM events_inboxrow") == 0)
    assert shop.scalar("SELECT count(*) FROM customers_customer WHERE status = 'known'") == VISITORS
    assert shop.rows(
        "SELECT c.status, count(*), count(DISTINCT e.customer_id) FROM events_event e"
        " JOIN customers_customer c ON c.id = e.customer_id GROUP BY 1"
    ) == [("known", 2 * VISITORS, VISITORS)]
    moved = "SELECT count(*) FROM customers_mergelog WHERE jsonb_array_length(moved->'events.Event') = 1"
    assert shop.scalar(moved) == VISITORS, "each can be taken back by itself"
