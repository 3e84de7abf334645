"""The `--now` of the commands."""

import argparse
from datetime import datetime

from django.utils import timezone


def moment(text: str) -> datetime:
    """An ISO 8601 moment; without an offset it is in the shop's zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no moment such as 2026-01-31T09:00:00+07:00"
        raise argparse.ArgumentTypeError(message) from None
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def or_now(given: datetime | None) -> datetime:
    """The given moment, else the clock's."""
    return given or timezone.now()
