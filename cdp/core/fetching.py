"""Asking an interface of somebody else for a JSON object: over TLS, with an end to waiting and to size, no redirects.

The standard library's client, because one GET needs no more. Addresses and answers are never logged: they name people
and carry tokens.
"""

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

SECONDS = 10
MOST_BYTES = 1024 * 1024


class Unreachable(Exception):
    """No whole answer came; `code` says why: no_answer, too_large, not_json."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. `body` is empty where it is no object."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def retry_after(self) -> int | None:
        """For how many seconds it asks to be left alone."""
        told = self.headers.get("retry-after", "").strip()
        return int(told) if told.isdigit() and len(told) < 7 else None


def get(
    address: str,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
) -> Answer:
    """GET an object. Whatever the status, the answer is returned; Raises Unreachable where none came."""
    parts = urlsplit(address)
    assert parts.hostname, "settings hold whole addresses"  # noqa: S101
    path = (parts.path or "/") + (f"?{urlencode(query)}" if query else "")
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=seconds, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=seconds)
    try:
        connection.request("GET", path, headers={"Accept": "application/json", **(headers or {})})
        response = connection.getresponse()
        raw = response.read(MOST_BYTES + 1)
        told = {name.lower(): value for name, value in response.getheaders()}
        status = response.status
    except (OSError, http.client.HTTPException) as problem:
        # The text of the problem may hold the address: only the code goes on.
        raise Unreachable("no_answer") from problem
    finally:
        connection.close()
    if len(raw) > MOST_BYTES:
        raise Unreachable("too_large")
    return Answer(status, _object(raw, status), told)


def _object(raw: bytes, status: int) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(raw) if raw else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        if status == 200:
            raise Unreachable("not_json") from problem
        return {}  # an error page of something in between
    return found if isinstance(found, dict) else {}
