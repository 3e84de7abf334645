"""What LINE sends around its events: a signature, and many events in one body, or none when it only tries us."""

from collections.abc import Mapping, Sequence
from typing import Any

from commerce.hooks import reading
from commerce.hooks.stores import Envelope, Headers, Part


def read(headers: Headers) -> Envelope:
    """The signature; topics stand in the body."""
    return Envelope(signature=headers.get("X-Line-Signature", ""), topic="", delivery="")


def greets(headers: Headers, body: bytes) -> bool:
    """LINE signs also the empty body by which it tries an address."""
    return False


def parts(body: Mapping[str, Any]) -> Sequence[Part]:
    """Each event by itself. What LINE says about sending it again is left out, so that it is the same event again."""
    found = []
    for event in reading.rows(body, "events"):
        kept = {name: value for name, value in event.items() if name not in {"deliveryContext", "replyToken", "mode"}}
        topic = reading.text(event, "type", longest=80).lower()
        found.append(Part(topic, reading.text(event, "webhookEventId", longest=100), kept))
    return found
