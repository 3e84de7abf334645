"""Rate limits: a token bucket per API key in Valkey. Without Valkey nothing is limited: sales must go on."""

import time
from typing import Any

import redis
import structlog
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from cdp.core.api.authentication import key_of

log = structlog.get_logger("throttle")

# Refill by elapsed time, take so many (one, or none to look), answer the wait in milliseconds (0 = allowed). One atomic
# script: two requests never take the same token.
_BUCKET = """
local rate, burst, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(state[1]) or burst, tonumber(state[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * rate / 1000)
local wait = 0
if tokens < 1 then wait = math.ceil((1 - tokens) * 1000 / rate) else tokens = tokens - tonumber(ARGV[4]) end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(burst * 1000 / rate) + 1000)
return wait
"""
_client: redis.Redis | None = None


def _valkey() -> redis.Redis:
    global _client  # noqa: PLW0603  (one pooled client per process)
    if _client is None:
        _client = redis.Redis.from_url(f"{settings.REDIS_URL}/2", socket_timeout=0.5, socket_connect_timeout=0.5)
    return _client


def take(name: str, *, rate: float, burst: float, cost: int = 1) -> float:
    """Take so many tokens of the bucket of that name, none to look: seconds until one is there, 0 where one was."""
    try:
        wait = _valkey().eval(_BUCKET, 1, name, str(rate), str(burst), str(int(time.time() * 1000)), str(cost))
    except redis.RedisError:
        log.warning("rate limit not checked: no answer from the cache")
        return 0.0
    return int(wait) / 1000


class KeyThrottle(BaseThrottle):
    """API_RATE_PER_SECOND on average, API_BURST at once, per key."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Take a token."""
        self._wait = 0.0
        if request.auth is None:
            return True
        self._wait = take(f"cdp:rate:{key_of(request).id}", rate=settings.API_RATE_PER_SECOND, burst=settings.API_BURST)
        return self._wait == 0

    def wait(self) -> float:
        """Seconds until a token is there."""
        return max(1.0, self._wait)
