"""How often texts were shown, answered and agreed to."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum

from consent.models import ServedCount

MOST = 200


@dataclass(frozen=True)
class Conversion:
    """One place with one set of texts: how many saw it, answered, and said yes to something."""

    place: str
    versions: dict[str, str]
    shown: int
    answered: int
    agreed: int

    @property
    def answer_share(self) -> float | None:
        """Answered of shown; None where nothing was counted. An answer may come a day after its page was shown."""
        return min(1.0, self.answered / self.shown) if self.shown else None

    @property
    def yes_share(self) -> float | None:
        """With at least one yes, of those answered."""
        return self.agreed / self.answered if self.answered else None


def conversions(*, since: dt.date) -> Sequence[Conversion]:
    """Figures by place and set of texts since that day, the most shown first; at most MOST."""
    rows = (
        ServedCount.objects.filter(day__gte=since)
        .values("place", "versions")
        .annotate(seen=Sum("shown"), replies=Sum("answered"), yes=Sum("agreed"))
        .order_by("place", "-seen")[:MOST]
    )
    return [
        Conversion(
            row["place"],
            dict(part.split("=", 1) for part in row["versions"].split() if "=" in part),
            row["seen"],
            row["replies"],
            row["yes"],
        )
        for row in rows
    ]
