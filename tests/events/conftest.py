"""A door over the test's own database, with a committing thread that ends with the test."""

import base64
import gzip
import io
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from cdp.core import api_keys
from cdp.core.models import Source
from events.door.application import Door
from events.services import committing, refusals
from tests import factories


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: Any


class Caller:
    """Speaks to a door as a client does."""

    def __init__(self, door: Door, source: Source, key: str) -> None:
        self.door = door
        self.source = source
        self.key = key

    def __call__(self, path: str, body: Any = b"", *, method: str = "POST", query: str = "", **headers: str) -> Answer:
        """One request; a body that is no bytes is sent as JSON. Header names have underscores."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        if headers.pop("gzip", ""):
            data, headers["Content_Encoding"] = gzip.compress(data), "gzip"
        environ = {
            "PATH_INFO": path,
            "REQUEST_METHOD": method,
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(data)),
            "REMOTE_ADDR": "203.0.113.77",
            "wsgi.input": io.BytesIO(data),
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        told: list[Any] = []
        whole = b"".join(self.door(environ, lambda status, sent: told.extend([status, sent])))
        return Answer(int(told[0].split()[0]), dict(told[1]), json.loads(whole))

    def send(self, *events: Any, **more: Any) -> Answer:
        """A batch with the source's key."""
        return self("/v1/batch", {"batch": list(events), **more}, Authorization=self.basic())

    def basic(self, key: str = "") -> str:
        """The header of HTTP Basic."""
        return "Basic " + base64.b64encode(f"{key or self.key}:".encode()).decode()


@pytest.fixture
def caller(transactional_db: None) -> Iterator[Caller]:
    source = factories.source("web-shop")
    key = api_keys.create_write_key(source)
    committing.close()
    refusals.forget()
    yield Caller(Door(lambda environ, start: [b'"django"']), source, key)
    refusals.close()
    committing.close()
