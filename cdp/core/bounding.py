"""How often one network may send a public form: enough for a family or an office, too little for a program."""

import redis
import structlog
from django.core.cache import cache
from django.http import HttpRequest

from cdp.core import addresses
from cdp.core.crypto import index

log = structlog.get_logger("bounding")
MOST, WINDOW_SECONDS = 40, 600


def may(request: HttpRequest, form: str) -> bool:
    """Whether this form may be sent once more from there; counts it. Without the cache everybody may.

    The cache learns no address: a keyed digest of the network tells its forms from those of others.
    """
    key = f"{form}:{index.lasting('form.network', addresses.of_client(request)).hex()}"
    try:
        cache.add(key, 0, timeout=WINDOW_SECONDS)
        return int(cache.incr(key)) <= MOST
    except (redis.RedisError, ValueError):
        log.warning("forms are not counted: no answer from the cache")
        return True
