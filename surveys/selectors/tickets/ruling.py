"""The shop's hours, targets and own addresses of mail."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings

from surveys.models import TicketRules
from surveys.rules.tickets import week
from surveys.rules.tickets.clock import Target
from surveys.rules.tickets.hours import Hours, Span


@dataclass(frozen=True, slots=True)
class Ruling:
    """What holds now. `is_usual`: nobody has said anything yet."""

    week: Mapping[int, Sequence[Span]]
    holidays: tuple[dt.date, ...]
    minutes: Mapping[str, tuple[int, int]]
    own_addresses: tuple[str, ...]
    zone: str
    is_usual: bool

    @property
    def hours(self) -> Hours:
        """For the clock."""
        return week.hours(self.week, self.holidays, self.zone)

    @property
    def targets(self) -> Mapping[str, Target]:
        """Priority → target."""
        return week.targets(self.minutes)


def current() -> Ruling:
    """What holds now; in one query."""
    row = TicketRules.objects.order_by("id").first()
    return Ruling(
        week=week.read(row.week) if row else week.USUAL_WEEK,
        holidays=tuple(sorted(row.holidays)) if row else (),
        minutes={
            **week.USUAL_TARGETS,
            **({name: (first, resolve) for name, (first, resolve) in row.targets.items()} if row else {}),
        },
        own_addresses=tuple(row.own_addresses) if row else (),
        zone=settings.TIME_ZONE,
        is_usual=row is None,
    )
