"""What a new statement is, seen beside those already in the ledger."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

GIVEN, DENIED, WITHDRAWN = "given", "denied", "withdrawn"


@dataclass(frozen=True)
class Statement:
    """A "yes" or "no" about one purpose on one channel; `source` tells two statements of one instant apart."""

    granted: bool
    at: dt.datetime
    source: str

    @property
    def rank(self) -> tuple[dt.datetime, bool]:
        """Later wins; at the same instant a "no" wins."""
        return (self.at, not self.granted)


def statuses(existing: Sequence[Statement], incoming: Sequence[Statement]) -> list[str | None]:
    """The status of each incoming statement of one person, purpose and channel; None for one already there.

    A "no" takes back (withdrawn) when the last word before it was a "yes", else it declines (denied). Incoming
    statements are judged in the order of their times, whatever the order of the file.
    """
    known = list(existing)
    result: list[str | None] = [None] * len(incoming)
    for index in sorted(range(len(incoming)), key=lambda position: incoming[position].rank):
        new = incoming[index]
        if new in known:
            continue
        before = max((said for said in known if said.at < new.at), key=lambda said: said.rank, default=None)
        result[index] = GIVEN if new.granted else WITHDRAWN if before and before.granted else DENIED
        known.append(new)
    return result
