"""Opaque tokens for links: AES-GCM under a key derived from the index root, so that they outlive key rotation.

After `manage.py reindex` the newest root makes them, and those of the roots before it are read, as long as nobody ended
them (`--end-old-links`).

What a token carries cannot be read or altered by its holder, and nothing has to be looked up to open it.
"""

import base64
import binascii
import contextlib
import os
from collections.abc import Iterable
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cdp.core.crypto import index

NONCE = 12
_INVALID = "the link is not valid"


class BadToken(Exception):
    """Not one of ours, or altered."""


@cache
def _key(kind: str, root: bytes) -> AESGCM:
    return AESGCM(index.derived(root, f"cdp.index.token.{kind}"))


def make(kind: str, payload: bytes) -> str:
    """A URL-safe token of that kind carrying `payload`."""
    return _made(kind, payload, index.of_links()[0])


def remade(kind: str, token: str, *, root: bytes, before: Iterable[bytes]) -> str:
    """A token of one of the roots before as `root` makes it, carrying the same. Raises BadToken."""
    return _made(kind, _opened(kind, token, before), root)


def read(kind: str, token: str) -> bytes:
    """The payload. Raises BadToken."""
    return _opened(kind, token, index.of_links())


def _made(kind: str, payload: bytes, root: bytes) -> str:
    nonce = os.urandom(NONCE)
    sealed = nonce + _key(kind, root).encrypt(nonce, payload, kind.encode())
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _opened(kind: str, token: str, roots: Iterable[bytes]) -> bytes:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadToken(_INVALID) from error
    for root in roots:
        with contextlib.suppress(InvalidTag, ValueError):  # ValueError: cut so short that not even the nonce is whole
            return _key(kind, root).decrypt(raw[:NONCE], raw[NONCE:], kind.encode())
    raise BadToken(_INVALID)
