"""How whoever hands something over to the world says that it could not, and what became of a run of such."""

import datetime as dt
import time
from collections import Counter
from dataclasses import dataclass, field


class Rejected(Exception):
    """It will never be taken; the text is a reason code without personal values."""


class TryLater(Exception):
    """Not this one now; perhaps later."""


class Unreachable(TryLater):
    """Nothing can be handed over now: stop, and release the rest."""


@dataclass(frozen=True)
class Watch:
    """The time of a run that began at `now`, as it goes on: behind a slow server quiet hours may begin meanwhile."""

    now: dt.datetime
    _began: float = field(default_factory=time.monotonic, repr=False, compare=False)

    def moment(self) -> dt.datetime:
        """`now` and as long as the run has taken."""
        return self.now + dt.timedelta(seconds=time.monotonic() - self._began)


@dataclass
class Tally:
    """What became of the rows of a run. `is_stopped` says that a channel could not be reached."""

    counts: Counter[str] = field(default_factory=Counter)
    is_stopped: bool = False

    @property
    def handled(self) -> int:
        """How many were looked at."""
        return sum(self.counts.values())
