"""Signatures that anybody can check without us: Ed25519, with the public halves at a public address.

The first key of CDP_RECEIPT_KEYS signs; the others stay published, so that what they signed can still be checked.
"""

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from cdp.core.crypto import keylists

ALGORITHM = "EdDSA"


@cache
def _keys(text: str) -> dict[str, Ed25519PrivateKey]:
    keys = keylists.parse(text, setting="CDP_RECEIPT_KEYS", longest_id=None)
    return {name: Ed25519PrivateKey.from_private_bytes(raw) for name, raw in keys.items()}


def canonical(content: Any) -> bytes:
    """The bytes that are signed: JSON with sorted keys and without spaces, in UTF-8. `content` holds no fractions."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sign(content: Any) -> dict[str, str]:
    """The signature of `content`: algorithm, id of the key, and 64 bytes in base64url without padding."""
    name, key = next(iter(_keys(settings.CDP_RECEIPT_KEYS).items()))
    return {"alg": ALGORITHM, "kid": name, "value": _encoded(key.sign(canonical(content)))}


def is_signed(content: Any, signature: Mapping[str, str]) -> bool:
    """Whether that is our signature of `content`, by a key that is still published."""
    key = _keys(settings.CDP_RECEIPT_KEYS).get(str(signature.get("kid", "")))
    if key is None or signature.get("alg") != ALGORITHM:
        return False
    text = str(signature.get("value", ""))
    try:
        key.public_key().verify(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), canonical(content))
    except (InvalidSignature, ValueError):
        return False
    return True


def public_keys() -> dict[str, list[dict[str, str]]]:
    """The public halves as a JSON Web Key Set (RFC 7517, RFC 8037); the first signs."""
    return {
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "use": "sig",
                "alg": ALGORITHM,
                "kid": name,
                "x": _encoded(key.public_key().public_bytes_raw()),
            }
            for name, key in _keys(settings.CDP_RECEIPT_KEYS).items()
        ]
    }


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
