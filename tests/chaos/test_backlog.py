"""kill -9 of whoever works off a long inbox, and of the process that reads ahead of it: everything arrives once."""

import json
import os
import signal
import urllib.request
from base64 import b64encode
from pathlib import Path

import pytest

from tests import running

pytestmark = pytest.mark.chaos
EVENTS, BATCH = 120_000, 1000


def fill(shop: running.Shop, key: str) -> None:
    credentials = b64encode(f"{key}:".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    for start in range(0, EVENTS, BATCH):
        calls = [
            {"type": "track", "event": "Seen", "userId": f"u{n % 500}", "messageId": f"m{n}"}
            for n in range(start, start + BATCH)
        ]
        request = urllib.request.Request(f"{shop.url}/v1/batch", json.dumps({"batch": calls}).encode(), headers)
        with urllib.request.urlopen(request, timeout=running.PATIENCE) as answer:
            assert json.load(answer)["accepted"] == BATCH


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in found.read_text().split()] if found.exists() else []


TOLD = """
    SELECT (SELECT count(*) FROM events_event WHERE source = 'backlog'),
           (SELECT count(DISTINCT message_id) FROM events_event WHERE source = 'backlog'),
           (SELECT coalesce(sum(accepted), 0)::int FROM events_inboxrow)
"""


def test_a_long_inbox_arrives_once_whoever_is_killed(shop: running.Shop) -> None:
    key = shop.run("create_source", "backlog").strip().splitlines()[-1]
    fill(shop, key)
    stored, readers = 0, []
    while stored < EVENTS:
        shop.kill("worker")
        command = shop.command("process_inbox")  # alone with the inbox until the worker is back
        shop.wait_for(lambda: command.poll() is not None or shop.rows(TOLD)[0][0] > stored)  # noqa: B023
        beside = children_of(command.pid)
        readers += beside
        if len(readers) % 2:
            for pid in beside:
                os.kill(pid, signal.SIGKILL)
            before = min(shop.rows(TOLD)[0][0], EVENTS - 1)
            shop.wait_for(lambda: shop.rows(TOLD)[0][0] > before)  # noqa: B023
        command.kill()
        command.communicate()
        ((stored, different, waiting),) = shop.rows(TOLD)
        assert stored == different, "nothing twice"
        assert stored + waiting == EVENTS, "a batch is there with everything, or not at all"
    shop.wait_for(lambda: not any(Path(f"/proc/{reader}").exists() for reader in readers))
