"""What LinkedIn sends around a lead: the signature, and the trial by GET that it repeats every two hours."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from commerce.hooks import reading
from commerce.hooks.stores import Envelope, Headers, Part, Reply, Trial

METHOD = "hmacsha256="
_CODE = re.compile(r"[0-9A-Za-z-]{8,80}")


def read(headers: Headers) -> Envelope:
    """The signature, with or without the name of its method before it; topics stand in the body."""
    given = headers.get("X-Li-Signature", "").strip()
    return Envelope(signature=given.removeprefix(METHOD).lower(), topic="", delivery="")


def sign(secret: bytes, body: bytes) -> str:
    """HMAC-SHA-256 in hexadecimal over the body behind the name of the method, as LinkedIn documents it."""
    return hmac.digest(secret, METHOD.encode() + body, hashlib.sha256).hex()


def sign_body(secret: bytes, body: bytes) -> str:
    """The same over the body alone: the documentation can be read so too, and both need the secret."""
    return hmac.digest(secret, body, hashlib.sha256).hex()


def greets(headers: Headers, body: bytes) -> bool:
    """LinkedIn sends nothing unsigned by POST."""
    return False


def agree(trial: Trial) -> Reply | None:
    """LinkedIn sends a code and wants it back, signed."""
    code = trial.query.get("challengeCode", "")
    if not _CODE.fullmatch(code):
        return None
    signed = hmac.digest(trial.secret, code.encode(), hashlib.sha256).hex()
    return Reply(json.dumps({"challengeCode": code, "challengeResponse": signed}), "application/json")


def parts(body: Mapping[str, Any]) -> Sequence[Part]:
    """One notification, or several in a list. The same lead told again has the same number."""
    listed = reading.rows(body, "notifications") if "notifications" in body else [body]
    return [
        Part(
            reading.text(one, "type", longest=80).lower(),
            reading.text(one, "leadGenFormResponse", longest=200) or reading.text(one, "id", longest=200),
            dict(one),
        )
        for one in listed
    ]
