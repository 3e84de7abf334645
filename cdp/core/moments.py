"""Moments as texts of addresses and bodies: with their zone, within what the database and calendars can hold."""

import datetime as dt

from django.utils.dateparse import parse_datetime

EARLIEST, LATEST = 1900, 2199


def read(text: str) -> dt.datetime | None:
    """The moment of an ISO 8601 text that names its zone, in UTC; None where it is none of these years.

    In UTC because PostgreSQL reads no offset beyond 15:59, and ISO 8601 knows them up to 23:59.
    """
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or found.tzinfo is None or not EARLIEST <= found.year <= LATEST:
        return None
    return found.astimezone(dt.UTC)
