"""What something that is no purchase brings: by a version's rules for actions, with their windows, ranks and caps."""

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from loyalty.rules.earning import So_far, WhyNot, capped, is_open
from loyalty.rules.programme import Action, Programme

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Gift:
    """What one rule gives for it. `cut` is what a cap took away; `why_not` tells why nothing is given."""

    rule: Action
    points: Decimal
    cut: Decimal = ZERO
    why_not: WhyNot | None = None


def gifts(
    programme: Programme, what: str, at: datetime, *, event: str = "", tier: str = "", so_far: So_far | None = None
) -> Iterator[Gift]:
    """What every rule for such an action gives at that moment of the shop's clock, in the order of the rules."""
    for rule in sorted(programme.rules, key=lambda rule: (rule.priority, rule.key)):
        if not isinstance(rule, Action) or rule.what != what or (what == "event" and rule.event != event):
            continue
        if not is_open(rule.window, at):
            yield Gift(rule, ZERO, why_not=WhyNot.WINDOW)
        elif rule.tiers and tier not in rule.tiers:
            yield Gift(rule, ZERO, why_not=WhyNot.TIER)
        else:
            points = capped(rule.key, rule.caps, so_far or {}, at.date(), rule.points)
            yield Gift(rule, points, rule.points - points, None if points else WhyNot.CAP)


def birthday(born: date, year: int) -> date:
    """The day of a year on which somebody has their birthday: of who was born on 29 February the last of that month."""
    if (born.month, born.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return born.replace(year=year)


def days_of_birth(since: date, until: date) -> list[int]:
    """On which days people were born whose birthday lies in these days, both included: month × 100 + day. Who was born
    on 29 February is among them from the 28th on, in any year.
    """
    days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    found = {100 * day.month + day.day for day in days}
    return sorted(found | ({229} if 228 in found else set()))
