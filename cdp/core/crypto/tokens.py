"""Opaque tokens for links: AES-GCM under a key derived from the index root, so that they outlive key rotation.

What a token carries cannot be read or altered by its holder, and nothing has to be looked up to open it.
"""

import base64
import binascii
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cdp.core.crypto import index

NONCE = 12


class BadToken(Exception):
    """Not one of ours, or altered."""


@cache
def _key(kind: str, root: bytes) -> AESGCM:
    return AESGCM(index.field_key(f"token.{kind}"))


def make(kind: str, payload: bytes) -> str:
    """A URL-safe token of that kind carrying `payload`."""
    nonce = os.urandom(NONCE)
    sealed = nonce + _key(kind, index.root()).encrypt(nonce, payload, kind.encode())
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def read(kind: str, token: str) -> bytes:
    """The payload. Raises BadToken."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        return _key(kind, index.root()).decrypt(raw[:NONCE], raw[NONCE:], kind.encode())
    except (binascii.Error, ValueError, InvalidTag) as error:
        raise BadToken("the link is not valid") from error
