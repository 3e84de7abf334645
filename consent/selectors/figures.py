"""How many people allow what: the figures of the consent page."""

from collections.abc import Sequence
from dataclasses import dataclass

import redis
from django.core.cache import cache
from django.db import connection

from consent.selectors import purposes

CACHE_KEY = "consent:figures"
CACHE_SECONDS = 60


@dataclass(frozen=True)
class Figure:
    """One purpose on one channel. The three numbers add up to all known customers."""

    purpose: str
    channel: str
    allowed: int
    denied: int
    never_asked: int

    @property
    def is_asked(self) -> bool:
        """Whether anybody ever answered."""
        return bool(self.allowed or self.denied)

    @property
    def share(self) -> float:
        """Allowed, as a share (0 to 1) of all known customers."""
        total = self.allowed + self.denied + self.never_asked
        return self.allowed / total if total else 0.0


def figures() -> Sequence[Figure]:
    """One figure per purpose and channel in use, in the order of the purposes. Up to a minute old."""
    total, words = _counted()
    found = []
    for purpose in purposes.offered(""):
        for channel in purpose.channels:
            allowed = words.get((purpose.key, channel, True), 0)
            denied = words.get((purpose.key, channel, False), 0)
            found.append(Figure(purpose.key, channel, allowed, denied, max(0, total - allowed - denied)))
    return found


def known() -> int:
    """How many known customers the figures speak of. Up to a minute old."""
    return _counted()[0]


def _counted() -> tuple[int, dict[tuple[str, str, bool], int]]:
    """The count, kept for a minute where the cache answers."""
    try:
        counted = cache.get(CACHE_KEY)
    except redis.RedisError:
        return _count()
    if counted is None:
        counted = _count()
        cache.set(CACHE_KEY, counted, CACHE_SECONDS)
    return counted


def _count() -> tuple[int, dict[tuple[str, str, bool], int]]:
    """Known customers, and their words grouped by purpose, channel and answer, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.purpose, s.channel, s.is_granted, count(*)
            FROM customers_customer c JOIN consent_consentstate s ON s.customer_id = c.id
            WHERE c.status = 'known'
            GROUP BY 1, 2, 3
            UNION ALL
            SELECT '', '', NULL, count(*) FROM customers_customer WHERE status = 'known'
            """
        )
        rows = cursor.fetchall()
    total = next(count for purpose, _channel, _granted, count in rows if not purpose)
    return total, {(purpose, channel, granted): count for purpose, channel, granted, count in rows if purpose}
