"""Stores' clocks tick in seconds, and an order is made and paid within one.

Of two tellings of the same second the one that lies further in the life of an order is the later one; so its clock gets
a few microseconds, and every comparison of clocks comes out right whichever arrives first.
"""

import datetime as dt

from commerce.rules import statuses

_ORDER = (
    statuses.PENDING,
    statuses.PAID,
    statuses.FULFILLED,
    statuses.PARTIALLY_REFUNDED,
    statuses.REFUNDED,
    statuses.FAILED,
    statuses.VOIDED,
    statuses.CANCELLED,
)


def clock(at: dt.datetime, status: str) -> dt.datetime:
    """The store's clock of an order in that state. A store whose clock is finer than seconds needs no help."""
    return at if at.microsecond else at.replace(microsecond=_ORDER.index(status))
