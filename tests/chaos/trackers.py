"""Clients of the tracking door that send again, word for word, whatever was not answered with 200."""

import base64
import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http.client import HTTPException
from typing import Any

from tests import running

AGAIN = {429, 502, 503, 504}
PEOPLE = 40
BATCH = 20


class Trackers:
    """Several at once, each with visitors of its own who look around and then say who they are."""

    def __init__(self, shop: running.Shop, write_key: str, *, senders: int) -> None:
        self.shop = shop
        self.acknowledged: dict[str, int] = {}  # messageId → number of the person
        self._head = {
            "Authorization": "Basic " + base64.b64encode(f"{write_key}:".encode()).decode(),
            "Content-Type": "application/json",
        }
        self._answered: list[tuple[str, Any]] = []
        self._is_over = threading.Event()
        self._pool = ThreadPoolExecutor(senders)
        self._work: list[Future[None]] = [self._pool.submit(self._send, number) for number in range(senders)]

    def finish(self) -> None:
        """Let each end what it has begun; then every tenth request once more, as clients do after a lost answer."""
        self._is_over.set()
        for one in self._work:
            one.result(running.PATIENCE)
        self._pool.shutdown()
        for path, body in self._answered[::10]:
            self._post(path, body)

    def _send(self, sender: int) -> None:
        for number, (path, body) in enumerate(self._story(sender)):
            if self._is_over.is_set():
                return
            self._post(path, body)
            events = body.get("batch", [body])
            self.acknowledged |= {event["messageId"]: event["properties"]["person"] for event in events}
            self._answered.append((path, body))
            if number % 5 == 0:
                time.sleep(0.01)  # the workers shall have something to do as well

    def _story(self, sender: int) -> Iterator[tuple[str, Any]]:
        """A visitor reads pages alone, a batch of pages follows, then the person logs in and goes on."""
        for visit in itertools.count():
            person = (sender + visit * 7) % PEOPLE
            name = f"{sender}-{visit}"
            ids = (f"{name}-{number}" for number in itertools.count())
            stranger = {"anonymousId": f"visitor-{name}"}
            known = {**stranger, "userId": f"p{person}"}
            yield "/v1/page", _event("page", person, next(ids), stranger, name="Home")
            batch = [_event("track", person, next(ids), stranger, event="Product Viewed") for _ in range(BATCH)]
            yield "/v1/batch", {"batch": batch}
            traits = {"email": f"p{person}@example.com"}
            yield "/v1/identify", _event("identify", person, next(ids), known, traits=traits)
            yield "/v1/track", _event("track", person, next(ids), known, event="Signed In")

    def _post(self, path: str, body: Any) -> None:
        data = json.dumps(body).encode()
        deadline = time.monotonic() + running.PATIENCE
        while time.monotonic() < deadline:
            request = urllib.request.Request(self.shop.url + path, data=data, headers=self._head)
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    told = json.loads(answer.read())
            except urllib.error.HTTPError as error:
                if error.code not in AGAIN:
                    raise
            except (OSError, HTTPException, ValueError):
                pass  # nobody there, or the connection broke before the answer was whole
            else:
                assert (told["success"], told["rejected"]) == (True, [])
                assert told["accepted"] == len(body.get("batch", [body]))
                return
            time.sleep(0.2)
        raise AssertionError("a request was never answered")


def _event(kind: str, person: int, message: str, who: dict[str, str], **more: Any) -> dict[str, Any]:
    # The identify call keeps its number in properties, too: the test reads there whose an event must be.
    return {"type": kind, "messageId": message, "properties": {"person": person, "mark": message}, **who, **more}
