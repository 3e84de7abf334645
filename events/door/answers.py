"""Answers of the door: always JSON, errors with a string `code` and `message` (analytics-python dies without them)."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import msgspec

from events.services.intake import Receipt

Headers = list[tuple[str, str]]
StartResponse = Callable[[str, Headers], Any]
_REASONS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1"}


class Refused(Exception):
    """A request that is turned away whole: status, code and sentence, and headers of its own."""

    def __init__(self, status: int, code: str, message: str, *, headers: Headers | None = None) -> None:
        """`message` quotes nothing that was sent."""
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or []


def retry(status: int, code: str, message: str, *, after: int) -> Refused:
    """A refusal that ends: the client is told in whole seconds (at most 300) when to try again."""
    return Refused(status, code, message, headers=[("Retry-After", str(after))])


def receipt(found: Receipt) -> bytes:
    """The body of a 200."""
    if not found.rejected:
        return b'{"success":true,"accepted":%d,"rejected":[]}' % found.accepted
    rejected = [
        {"index": place, "messageId": refusal.message_id, "code": refusal.code, "message": refusal.message}
        for place, refusal in found.rejected
    ]
    return msgspec.json.encode({"success": True, "accepted": found.accepted, "rejected": rejected})


def error(code: str, message: str) -> bytes:
    """The body of an error, in one shape for every client."""
    return msgspec.json.encode(
        {"success": False, "code": code, "message": message, "errors": [{"code": code, "message": message}]}
    )


def send(
    start: StartResponse, status: int, body: bytes, *, request_id: str, headers: Iterable[tuple[str, str]] = ()
) -> list[bytes]:
    """Answer."""
    start(
        _REASONS[status],
        [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Request-Id", request_id),
            *headers,
        ],
    )
    return [body]


def cross_origin(origin: str) -> Headers:
    """What lets a page of that origin read the answer."""
    return [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Expose-Headers", "X-Request-Id, Retry-After"),
        ("Vary", "Origin"),
    ]


def preflight(origin: str) -> Headers:
    """What lets a page of that origin send."""
    return [
        *cross_origin(origin),
        ("Access-Control-Allow-Methods", "POST, GET, OPTIONS"),
        ("Access-Control-Allow-Headers", "authorization, content-type, content-encoding, x-retry-count"),
        ("Access-Control-Max-Age", "7200"),
    ]


def is_loopback(origin: str) -> bool:
    """Whether a page comes from the developer's own machine."""
    try:
        return urlsplit(origin).hostname in _LOOPBACK
    except ValueError:
        return False
