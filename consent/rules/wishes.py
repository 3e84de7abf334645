"""How often somebody wants to hear from us, on plain values."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

USUAL, WEEKLY, MONTHLY = "usual", "weekly", "monthly"
WINDOWS = {WEEKLY: dt.timedelta(days=7), MONTHLY: dt.timedelta(days=30)}
"""In which time somebody gets at most one message of a purpose."""
PAUSES = (30, 90)
"""Days for which one can ask for quiet."""
_ORDER = (USUAL, WEEKLY, MONTHLY)


@dataclass(frozen=True, slots=True)
class Wish:
    """A frequency, and until when there is quiet."""

    frequency: str = USUAL
    paused_until: dt.datetime | None = None

    def is_paused(self, at: dt.datetime) -> bool:
        """Whether nothing but service messages may come at that time."""
        return self.paused_until is not None and at < self.paused_until

    @property
    def window(self) -> dt.timedelta | None:
        """In which time one message may come; None where there is no wish."""
        return WINDOWS.get(self.frequency)


def quietest(wishes: Iterable[Wish]) -> Wish:
    """What holds for somebody who was more than one record: the quieter of each."""
    found = Wish()
    for wish in wishes:
        frequency = max(found.frequency, wish.frequency, key=_ORDER.index)
        ends = [until for until in (found.paused_until, wish.paused_until) if until is not None]
        found = Wish(frequency, max(ends, default=None))
    return found
