"""The keys of the chains. They are no keys of the ring: `rotate_keys` never touches them, and a chain names its own.

A new key, put before the others in CDP_CHAIN_KEYS, is that of the chains that begin after it; an older one is needed as
long as a month that was sealed with it is kept.
"""

import datetime as dt
import hashlib
import hmac
from functools import cache

from django.conf import settings

from cdp.core.crypto import keylists


class UnknownKey(Exception):
    """A chain was sealed with a key that is not in CDP_CHAIN_KEYS any more."""


@cache
def _parsed(text: str) -> dict[str, bytes]:
    return keylists.parse(text, setting="CDP_CHAIN_KEYS")


def primary() -> str:
    """The id of the key of chains that begin now."""
    return next(iter(_parsed(settings.CDP_CHAIN_KEYS)))


def of_chain(key: str, *, table: str, month: dt.date) -> bytes:
    """The key of one chain: links of one month or table prove nothing in another. Raises UnknownKey."""
    try:
        root = _parsed(settings.CDP_CHAIN_KEYS)[key]
    except KeyError as error:
        message = f"the key {key!r} of a chain is not in CDP_CHAIN_KEYS"
        raise UnknownKey(message) from error
    return hmac.digest(root, f"cdp.chain:{table}:{month:%Y-%m}".encode(), hashlib.sha256)
