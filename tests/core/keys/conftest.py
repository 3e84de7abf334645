"""Rings to rotate between."""

import base64
import hashlib
from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings

from cdp.core.crypto import hourly, index, ring

Turn = Callable[..., None]


def entry(key_id: str) -> str:
    """A key of its own for each id."""
    return f"{key_id}:{base64.b64encode(hashlib.sha256(key_id.encode()).digest()).decode()}"


@pytest.fixture
def turn(settings: LazySettings) -> Iterator[Turn]:
    """This process goes on with a ring of those ids, as after a restart; `*` is the ring it had."""
    first = settings.CDP_ENCRYPTION_KEYS

    def to(*key_ids: str) -> None:
        settings.CDP_ENCRYPTION_KEYS = ",".join(first if one == "*" else entry(one) for one in key_ids)
        forget()

    def forget() -> None:
        ring.current.cache_clear()
        hourly.forget()
        index.forget()

    yield to
    settings.CDP_ENCRYPTION_KEYS = first
    forget()
