"""Whose points end soon, how many, and when: read from the purses, whatever has been booked by then."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from loyalty.models import Member
from loyalty.rules.ending import midnight
from loyalty.rules.programme import MAIN, Notices
from loyalty.rules.purse import ZERO, Purse
from loyalty.selectors import purses

TINIEST = Decimal("0.0001")
INSTANT = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Ending:
    """What somebody can spend, how much of it ends in some days, and when the first of that does."""

    balance: Decimal
    amount: Decimal = ZERO
    first: dt.datetime | None = None

    @property
    def last_day(self) -> dt.date | None:
        """The last day of the shop on which all of it can be spent."""
        return timezone.localdate(self.first - INSTANT) if self.first else None


def until(at: dt.datetime, days: int) -> dt.datetime:
    """The end of the shop's day that many days after that of `at`."""
    return midnight(timezone.localdate(at) + dt.timedelta(days=days + 1), timezone.get_default_timezone())


def of_purse(purse: Purse, *, at: dt.datetime, days: int) -> Ending:
    """What of one purse ends from `at` until the end of the day `days` days later, together with its first end."""
    seen = purse.copy()
    seen.catch_up(at)
    ending = [lot for lot in seen.ending(until(at, days), at) if lot.active]
    amount = sum((lot.active for lot in ending), ZERO)
    return Ending(seen.balance(at), amount, ending[0].ends if ending else None)


def wallets_of(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, Purse]]:
    """Every wallet of the members among these, by its key; whoever has nothing is left out."""
    found = Member.objects.filter(customer_id__in=list(customers), left_at=None).values_list("customer_id", flat=True)
    held: dict[uuid.UUID, dict[str, Purse]] = defaultdict(dict)
    for (top, wallet), purse in purses.found(list(found)).items():
        held[top][wallet] = purse
    return dict(held)


def least(wallet: str, minimum: str | Decimal) -> Decimal:
    """From how much on it is told that so much of a wallet ends: the programme's minimum is one of points."""
    return Decimal(minimum) if wallet == MAIN else TINIEST


def first(held: Mapping[str, Purse], notices: Notices, *, at: dt.datetime) -> tuple[int, dt.date] | None:
    """With how many days ahead somebody is to be told now, and the last day of what ends first; None for nothing to
    tell. The fewest days that reach it: what ends in three days is not announced as in thirty.
    """
    for days in notices.ahead:
        found = {wallet: of_purse(purse, at=at, days=days) for wallet, purse in held.items()}
        told = [
            one.last_day for key, one in found.items() if one.amount >= least(key, notices.minimum) and one.last_day
        ]
        if told:
            return days, min(told)
    return None


def members(customers: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Purse]:
    """The points of the members among these, an empty purse for who has none. One query where nobody takes part."""
    found = Member.objects.filter(customer_id__in=list(customers), left_at=None).values_list("customer_id", flat=True)
    tops = list(found)
    if not tops:
        return {}
    loaded = purses.found(tops)
    return {top: loaded.get((top, MAIN)) or Purse(top) for top in tops}


def of_many(customers: Collection[uuid.UUID], *, at: dt.datetime, days: int) -> dict[uuid.UUID, Ending]:
    """The same of the members among these."""
    return {who: of_purse(purse, at=at, days=days) for who, purse in members(customers).items()}
