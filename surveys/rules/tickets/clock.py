"""What a ticket's messages say of it: its state, when it was answered and resolved, what the clock shows, what is due.

Everything is counted anew from all of them in the order of time, so it makes no difference in which order they became
known: a reply found in a mailbox days later is counted where it was written.

The clock to the first reply and the one to the resolution run within the shop's hours only. The one to the resolution
stands while the ticket waits for the customer, and after it was resolved; a message of the customer lets it go on.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from surveys.rules.tickets import hours as clocks
from surveys.rules.tickets.hours import Hours, NoHours

IN, OUT = "in", "out"
OPEN, WAITING, RESOLVED = "open", "waiting", "resolved"
_DIRECTIONS = (IN, OUT)
_STATUSES = ("", OPEN, WAITING, RESOLVED)


@dataclass(frozen=True, slots=True)
class Said:
    """One message or act: when, from whom, and what the ticket became by it (empty: as before)."""

    at: dt.datetime
    direction: str
    status: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Within which of the shop's time a priority wants a first reply and a resolution."""

    first: dt.timedelta
    resolve: dt.timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands. `spent` is of the clock to the resolution before `running_since`."""

    status: str
    first_reply_at: dt.datetime | None
    first_reply: dt.timedelta | None
    resolved_at: dt.datetime | None
    running_since: dt.datetime | None
    spent: dt.timedelta
    first_due_at: dt.datetime | None
    resolve_due_at: dt.datetime | None

    @property
    def next_due_at(self) -> dt.datetime | None:
        """The earlier one of what is still owed; None where nothing is."""
        owed = [] if self.status == RESOLVED or self.first_reply_at else [self.first_due_at]
        return min((moment for moment in (*owed, self.resolve_due_at) if moment), default=None)


def standing(opened_at: dt.datetime, said: Iterable[Said], *, hours: Hours, target: Target) -> Standing:
    """How a ticket that was opened then stands after all of this. What was said before it was opened counts as said
    when it was; of a shop without hours nothing is due. Of one moment the customer's word comes before ours, and
    what was said before what was done.
    """
    status, running, spent = OPEN, opened_at, dt.timedelta()
    is_running = True
    replied: dt.datetime | None = None
    resolved: dt.datetime | None = None
    for one in sorted(said, key=_place):
        at = max(one.at, opened_at)
        if one.direction == OUT and replied is None:
            replied = at
        becomes = one.status or (OPEN if one.direction == IN else status)
        if becomes == status:
            continue
        if is_running and becomes != OPEN:
            spent += clocks.between(hours, running, at)
        if becomes == OPEN:
            running = at
        resolved = at if becomes == RESOLVED else None
        status, is_running = becomes, becomes == OPEN
    return Standing(
        status=status,
        first_reply_at=replied,
        first_reply=clocks.between(hours, opened_at, replied) if replied else None,
        resolved_at=resolved,
        running_since=running if is_running else None,
        spent=spent,
        first_due_at=_due(hours, opened_at, target.first),
        resolve_due_at=_due(hours, running, max(dt.timedelta(), target.resolve - spent)) if is_running else None,
    )


def _place(one: Said) -> tuple[dt.datetime, int, int]:
    rank = _DIRECTIONS.index(one.direction) if one.direction in _DIRECTIONS else len(_DIRECTIONS)
    return one.at, rank, _STATUSES.index(one.status)


def _due(hours: Hours, since: dt.datetime, left: dt.timedelta) -> dt.datetime | None:
    try:
        return clocks.after(hours, since, left)
    except NoHours:
        return None
