"""When something really happened, though the client's clock may be ten years off.

A client says when it happened and when it sent; both by its own clock. The difference of the two is trusted, the clock
is not: happened = received - (sent - happened by the client's clock).
"""

import datetime as dt
import math

EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
AHEAD = dt.timedelta(days=1)
_MILLISECONDS = 100_000_000_000
"""Numbers above are milliseconds since 1970, below are seconds: the border is the year 5138 or 1973."""


class Unreadable(ValueError):
    """The text or number is no moment."""


def read(value: str | float) -> dt.datetime:
    """The moment a client wrote: RFC 3339 or ISO 8601 (without a zone: UTC), or a number of seconds or milliseconds.

    Raises Unreadable.
    """
    try:
        if isinstance(value, str):
            found = dt.datetime.fromisoformat(value.strip())
            if found.tzinfo is dt.UTC:
                return found
            return found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)
        if not math.isfinite(value):
            raise Unreadable
        return dt.datetime.fromtimestamp(value / 1000 if abs(value) > _MILLISECONDS else value, tz=dt.UTC)
    except (ValueError, OverflowError, OSError) as problem:
        raise Unreadable from problem


def sent(value: str | float | None) -> dt.datetime | None:
    """When the client sent; None where it does not say so readably, then its clock is taken at its word."""
    if value is None:
        return None
    try:
        return read(value)
    except Unreadable:
        return None


def occurred(happened: dt.datetime | None, *, sent_at: dt.datetime | None, received_at: dt.datetime) -> dt.datetime:
    """When it happened by our clock, in UTC, never before 2000 nor more than a day after it was received."""
    if happened is None:
        return received_at.astimezone(dt.UTC)
    try:
        moment = happened if sent_at is None else received_at - (sent_at - happened)
        if moment.tzinfo is not dt.UTC:
            moment = moment.astimezone(dt.UTC)
    except OverflowError:  # at the ends of the calendar
        moment = EARLIEST if sent_at is None or sent_at > happened else received_at + AHEAD
    if EARLIEST <= moment <= received_at:  # nearly always: what follows costs more than all the rest
        return moment
    return min(max(moment, EARLIEST), received_at.astimezone(dt.UTC) + AHEAD)
