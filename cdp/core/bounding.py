"""How often one network may send a public form: enough for a family or an office, too little for a program."""

import hmac
import secrets

import redis
import structlog
from django.core.cache import cache
from django.http import HttpRequest

from cdp.core import addresses
from cdp.core.crypto import index

log = structlog.get_logger("bounding")
MOST, WINDOW_SECONDS = 40, 600


def may(request: HttpRequest, form: str, *, most: int = MOST, is_nameless: bool = False) -> bool:
    """Whether this form may be sent once more from there; counts it. Without the cache everybody may.

    The cache learns no address: a keyed digest of the network tells its forms from those of others. Of a nameless form
    the key is drawn by chance for these ten minutes and stands in the cache alone, so that afterwards nobody, with all
    our keys, can tell whether a network was among those that sent it.
    """
    address = addresses.of_client(request)
    try:
        network = _drawn(form, address) if is_nameless else index.lasting("form.network", address)
        key = f"{form}:{network.hex()}"
        cache.add(key, 0, timeout=WINDOW_SECONDS)
        return int(cache.incr(key)) <= most
    except (redis.RedisError, ValueError):
        log.warning("forms are not counted: no answer from the cache")
        return True


def _drawn(form: str, address: str) -> bytes:
    """A digest under a key that is forgotten with the window."""
    name = f"{form}:drawn"
    cache.add(name, secrets.token_hex(32), timeout=WINDOW_SECONDS)
    drawn = str(cache.get(name) or secrets.token_hex(32))
    return hmac.digest(drawn.encode(), address.encode(), "sha256")
