"""What a new statement is, seen beside those already in the ledger."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

GIVEN, RECONFIRMED, INHERITED = "given", "reconfirmed", "inherited"
DENIED, WITHDRAWN, EXPIRED = "denied", "withdrawn", "expired"
YES = frozenset({GIVEN, RECONFIRMED, INHERITED})
"""The one notion of a "yes": whoever compares statuses asks this, in SQL by `SAYS_YES`."""
REFUSALS = frozenset({DENIED, WITHDRAWN})
"""A "no" that the person said. What expired is no "yes" any more, but nobody refused anything."""
SAYS_YES = str(tuple(sorted(YES)))
"""For SQL: `status IN {SAYS_YES}`."""
JUST_AFTER = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Statement:
    """A "yes" or "no" about one purpose on one channel; `source` tells two statements of one instant apart.

    `written_at` is when it came into the ledger; None for one that is not there yet. `status` is that of a new one
    which is more than a plain "yes" or "no" (see `statuses`); one that expires does so only to what was said
    before `outlived`.
    """

    granted: bool
    at: dt.datetime
    source: str
    written_at: dt.datetime | None = field(default=None, compare=False)
    status: str = field(default="", compare=False)
    outlived: dt.datetime | None = field(default=None, compare=False)

    @property
    def rank(self) -> tuple[dt.datetime, bool]:
        """Later wins; at the same instant a "no" wins."""
        return (self.at, not self.granted)


def heard_at(
    existing: Sequence[Statement], new: Statement, *, until: dt.datetime | None = None, is_said_now: bool = False
) -> dt.datetime:
    """The time under which a new statement stands: its own, but no word is lost to a clock that ran ahead.

    A "yes" that was in the ledger when the "no" was said came before it, whatever time it bears: the "no" stands just
    behind it. With `until` the "no" is said this very moment; then every "yes" up to that time came before it, also
    one that another machine wrote by a clock of its own.

    A "yes" stands just behind a "no" that was in the ledger before it only if it `is_said_now`: one that is told late
    may be older than the "no" and must not undo it.
    """
    if new in existing or (new.granted and not is_said_now):
        return new.at
    if new.granted:
        until = None
    ahead = [
        said.at
        for said in existing
        if said.granted is not new.granted
        and said.at > new.at
        and ((said.written_at is not None and said.written_at <= new.at) or (until is not None and said.at <= until))
    ]
    return max(ahead) + JUST_AFTER if ahead else new.at


def statuses(existing: Sequence[Statement], incoming: Sequence[Statement]) -> list[str | None]:
    """The status of each incoming statement of one person, purpose and channel; None for one already there.

    A "no" takes back (withdrawn) when the last word before it was a "yes", else it declines (denied). A "yes" that
    reconfirms does so only where one stands, else it is given anew; nothing expires but a "yes" that stands. Incoming
    statements are judged in the order of their times, whatever the order of the file.
    """
    known = list(existing)
    result: list[str | None] = [None] * len(incoming)
    for index in sorted(range(len(incoming)), key=lambda position: incoming[position].rank):
        new = incoming[index]
        if new in known:
            continue
        before = max((said for said in known if said.at < new.at), key=lambda said: said.rank, default=None)
        stands = before is not None and before.granted
        if new.status == EXPIRED and not (stands and _is_outlived(before, new)):
            continue
        result[index] = _status(new, stands=stands)
        known.append(new)
    return result


def _is_outlived(before: Statement | None, new: Statement) -> bool:
    return before is not None and (new.outlived is None or before.at < new.outlived)


def _status(new: Statement, *, stands: bool) -> str:
    if new.status in {INHERITED, EXPIRED}:
        return new.status
    if not new.granted:
        return WITHDRAWN if stands else DENIED
    return RECONFIRMED if new.status == RECONFIRMED and stands else GIVEN
