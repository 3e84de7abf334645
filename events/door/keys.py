"""Who sends: the write key of a request, and the sources behind write keys, remembered for a few seconds.

A key is looked up by its digest, so how long the look-up takes tells nothing about the key.
"""

import base64
import binascii
import threading
import time
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from django.db import connection

from cdp.core import api_keys
from events.rules.tracking import Limits
from events.selectors import senders

REMEMBERED_SECONDS = 5.0
"""So long a write key still works after it was replaced."""
LOOK_AGAIN_SECONDS = 0.1
"""A key nobody knows may be new; but strangers must not make us read the table for each of their requests."""


@lru_cache(maxsize=1024)  # every request of a storefront brings the same one
def from_header(header: str) -> tuple[str, str]:
    """(scheme, key) of an Authorization header; both empty in an unusable one."""
    scheme, _, value = header.partition(" ")
    scheme, value = scheme.lower(), value.strip()
    if scheme == "basic" and value:
        try:
            name = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return "", ""
        return ("basic", name.partition(":")[0]) if name.partition(":")[0] else ("", "")
    return ("bearer", value) if scheme == "bearer" and value else ("", "")


def chosen(environ: dict[str, Any], body_key: str | None) -> str:
    """The write key of a request: Basic, else the body's, else the query's, else Bearer. Empty without any."""
    scheme, key = from_header(environ.get("HTTP_AUTHORIZATION", ""))
    if scheme == "basic":
        return key
    if body_key:
        return body_key
    query = environ.get("QUERY_STRING", "")
    if "writeKey=" in query:
        found = parse_qs(query).get("writeKey", [""])[0]
        if found:
            return found
    return key


class Keys:
    """The write keys of this process. Thread-safe; a reload replaces the whole table at once."""

    def __init__(self) -> None:
        """Nothing is known before the first question."""
        self._known: dict[bytes, senders.Known] = {}
        self._largest = Limits().body_bytes
        self._read_at = float("-inf")
        self._mutex = threading.Lock()

    def find(self, key: str) -> senders.Known | None:
        """The source of a write key. Raises django.db.Error when the table cannot be read and is not remembered."""
        digest = api_keys.digest(key)
        age = time.monotonic() - self._read_at
        found = self._known.get(digest)
        if age > REMEMBERED_SECONDS or (found is None and age > LOOK_AGAIN_SECONDS):
            self._read(age)
            found = self._known.get(digest)
        return found

    def _keep_fresh(self) -> None:
        age = time.monotonic() - self._read_at
        if age > REMEMBERED_SECONDS:
            self._read(age)

    def _read(self, age: float) -> None:
        with self._mutex:
            if time.monotonic() - self._read_at < age:
                return  # somebody else has just done it
            try:
                self._known = senders.by_digest()
                self._largest = max([Limits().body_bytes, *(one.limits.body_bytes for one in self._known.values())])
                self._read_at = time.monotonic()
            finally:
                connection.close()

    def largest_body(self) -> int:
        """The most bytes any source may send at once: a body is read before its key is known. A client throws away for
        good what was too large, so what is remembered must not be older than a key's. Raises as `find`.
        """
        self._keep_fresh()
        return self._largest

    def origins(self) -> frozenset[str]:
        """The origins of all sources: a preflight comes without a key."""
        self._keep_fresh()
        return frozenset().union(*(known.origins for known in self._known.values()))

    def forget(self) -> None:
        """Read again at the next question (tests, restore)."""
        self._read_at = float("-inf")
