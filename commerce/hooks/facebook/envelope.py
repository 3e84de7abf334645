"""What Facebook sends around a lead: the signature, the trial by GET, and several changes in one body."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from commerce.hooks import reading
from commerce.hooks.stores import Envelope, Headers, Part, Reply, Trial

LONGEST_CHALLENGE = 200


def read(headers: Headers) -> Envelope:
    """The signature; topics stand in the body."""
    return Envelope(signature=headers.get("X-Hub-Signature-256", "").strip(), topic="", delivery="")


def sign(secret: bytes, body: bytes) -> str:
    """HMAC-SHA-256 over the raw body in hexadecimal, with the name of the method before it."""
    return f"sha256={hmac.digest(secret, body, hashlib.sha256).hex()}"


def greets(headers: Headers, body: bytes) -> bool:
    """Facebook sends nothing unsigned by POST."""
    return False


def agree(trial: Trial) -> Reply | None:
    """The page is being connected: Facebook repeats our token and wants its own number back."""
    given = trial.query.get("hub.verify_token", "").encode()
    is_ours = hmac.compare_digest(given, trial.verify_token.encode())
    challenge = trial.query.get("hub.challenge", "")
    if trial.query.get("hub.mode") != "subscribe" or not is_ours or not challenge.isalnum():
        return None
    return Reply(challenge[:LONGEST_CHALLENGE], "text/plain")


def parts(body: Mapping[str, Any]) -> Sequence[Part]:
    """Each change of each entry; what names the page goes along."""
    found = []
    for entry in reading.rows(body, "entry"):
        for change in reading.rows(entry, "changes"):
            value = dict(reading.mapping(change, "value"))
            topic = reading.text(change, "field", longest=80).lower()
            found.append(Part(topic, reading.text(value, "leadgen_id", longest=100), value))
    return found
