"""How long a message waits after it could not be handed over.

One minute, then twice as long each time, at most six hours; after MOST_ATTEMPTS, some five days, it has failed (the
patience RFC 5321 asks of a mail server).
"""

from datetime import timedelta

MOST_ATTEMPTS = 30
LONGEST = timedelta(hours=6)


def pause(attempts: int) -> timedelta:
    """The wait after that many attempts (1 and up)."""
    doublings = min(max(attempts, 1) - 1, 12)
    return min(timedelta(minutes=1) * 2**doublings, LONGEST)
