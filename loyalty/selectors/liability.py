"""What the shop owes its members in points, stamps and credit: what is out, when it ends, what came and went.

All of it as it is at a moment, whatever has been booked by then: a lot whose end has come is out no more.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from cdp.core import remembered, wake
from loyalty.rules.ending import months_later
from loyalty.rules.programme import Wallets
from loyalty.rules.purse import ZERO

MONTHS = 13
"""How far back what came and went is told: a year, and the month that is running."""
LONGEST = 120
"""How many months ahead ends are told apart; what ends later counts as the last of them."""
NAME = "loyalty-standing"
FLOWS: Mapping[str, str] = {
    "earn": "earned",
    "redeem": "redeemed",
    "capture": "redeemed",
    "restore": "redeemed",
    "expire": "expired",
    "reinstate": "expired",
    "refund": "taken",
    "adjust": "adjusted",
    "opening": "brought",
}
"""Which figure of a month an act of that kind belongs to. What only changes its place is in none."""
OUTWARD = frozenset({"redeemed", "expired", "taken"})


@dataclass(slots=True)
class Month:
    """What came and went in a month of the shop's calendar. What went is told as a number above zero."""

    earned: Decimal = ZERO
    redeemed: Decimal = ZERO
    expired: Decimal = ZERO
    taken: Decimal = ZERO
    adjusted: Decimal = ZERO
    brought: Decimal = ZERO


@dataclass(slots=True)
class Out:
    """What is out of one wallet. `ends`: what of it ends, by the first day of the month that is its last; None has what
    never ends. `months`: what came and went, oldest first, without gaps.
    """

    wallet: str
    active: Decimal = ZERO
    pending: Decimal = ZERO
    held: Decimal = ZERO
    debt: Decimal = ZERO
    debtors: int = 0
    ends: dict[dt.date | None, Decimal] = field(default_factory=dict)
    months: dict[dt.date, Month] = field(default_factory=dict)

    @property
    def whole(self) -> Decimal:
        """All that is out: to spend, waiting, and put aside for purchases under way."""
        return self.active + self.pending + self.held

    def worth(self, kept: Wallets, *, is_money: bool) -> Decimal | None:
        """What it is worth where all of it is spent; None where nobody has said what one is worth."""
        each = kept.worth if kept.worth is not None else Decimal(1) if is_money else None
        return None if each is None else self.whole * each

    def liability(self, kept: Wallets, *, is_money: bool) -> Decimal | None:
        """What of that is expected to be spent ever: what a balance sheet shows (IFRS 15, B39 to B43)."""
        worth = self.worth(kept, is_money=is_money)
        return None if worth is None else worth * kept.expected

    @property
    def redeemed_share(self) -> Decimal | None:
        """Of all that was redeemed or expired in these months, the share that was redeemed; None without any."""
        redeemed = sum((month.redeemed for month in self.months.values()), ZERO)
        expired = sum((month.expired for month in self.months.values()), ZERO)
        gone = redeemed + expired
        return redeemed / gone if gone > 0 else None


@dataclass(frozen=True, slots=True)
class Standing:
    """The whole programme at `at`: who takes part, and what is out by wallet."""

    at: dt.datetime
    members: int
    joined: int  # of them in the last 30 days
    wallets: Mapping[str, Out]

    def as_of(self, now: dt.datetime) -> dt.datetime | None:
        """When it was counted, for the page to say, where that is more than a minute ago."""
        return self.at if now - self.at > dt.timedelta(seconds=remembered.SECONDS) else None


def standing(now: dt.datetime) -> Standing:
    """As it was counted last: a worker counts anew what is older than a minute (`remembered`)."""
    return remembered.kept(NAME, lambda: count(now), renew=wake.liability)


def renew(now: dt.datetime) -> None:
    """Count it for whoever looks next."""
    if not remembered.is_fresh(NAME):
        remembered.put(NAME, count(now))


def count(now: dt.datetime) -> Standing:
    """The same, counted anew: five statements, each one pass over a table or less."""
    zone = ZoneInfo(settings.TIME_ZONE)
    month = now.astimezone(zone).date().replace(day=1)
    first = months_later(month, 1 - MONTHS)
    days = [months_later(first, number) for number in range(MONTHS)]
    since = dt.datetime.combine(first, dt.time(), tzinfo=zone)
    wallets: dict[str, Out] = {}

    def out(key: str) -> Out:
        if key not in wallets:
            wallets[key] = Out(key, months={day: Month() for day in days})
        return wallets[key]

    # Months as places between their beginnings: half the time of asking each row for its date in the shop's zone. A
    # lot's last moment is the one before its end: what ends with midnight of the 1st belongs to the month before.
    ahead = [months_later(month, number) for number in range(LONGEST + 1)]
    for key, place, active, pending, held in _all(
        """
        SELECT wallet, CASE WHEN ends IS NULL THEN NULL
                            ELSE width_bucket(ends - interval '1 microsecond', %(ahead)s::timestamptz[]) END,
               sum(CASE WHEN ends <= %(now)s THEN 0 WHEN active_from <= %(now)s THEN active + pending ELSE active END),
               sum(CASE WHEN ends <= %(now)s OR active_from <= %(now)s THEN 0 ELSE pending END), sum(held)
        FROM loyalty_lot WHERE pending > 0 OR active > 0 OR held > 0 GROUP BY 1, 2
        """,
        now=now, ahead=_beginnings(ahead, zone),
    ):  # fmt: skip
        one = out(key)
        one.active, one.pending, one.held = one.active + active, one.pending + pending, one.held + held
        # What is put aside outlasts its end until the purchase is over.
        where = None if place is None else ahead[max(place - 1, 0)]
        if active + pending + held:
            one.ends[where] = one.ends.get(where, ZERO) + active + pending + held
    for key, place, gone in _all(
        """
        SELECT wallet, width_bucket(ends, %(days)s::timestamptz[]), sum(active + pending) FROM loyalty_lot
        WHERE active > 0 AND ends IS NOT NULL AND ends <= %(now)s GROUP BY 1, 2
        """,
        now=now, days=_beginnings(days, zone),
    ):  # fmt: skip
        if place:
            out(key).months[days[place - 1]].expired += gone
    for key, debt, debtors in _all(
        "SELECT wallet, sum(debt), count(*) FROM loyalty_balance WHERE debt > 0 GROUP BY wallet"
    ):
        out(key).debt, out(key).debtors = debt, debtors
    for key, place, kind, change in _all(
        """
        SELECT wallet, width_bucket(at, %(days)s::timestamptz[]), kind, sum(change) FROM loyalty_act
        WHERE at >= %(since)s AND at <= %(now)s AND kind = ANY(%(kinds)s) GROUP BY 1, 2, 3
        """,
        days=_beginnings(days, zone), since=since, now=now, kinds=list(FLOWS),
    ):  # fmt: skip
        name = FLOWS[kind]
        tally = out(key).months[days[place - 1]]
        setattr(tally, name, getattr(tally, name) + (-change if name in OUTWARD else change))
    ((members, joined),) = _all(
        """
        SELECT count(*), count(*) FILTER (WHERE joined_at > %(edge)s AND joined_at <= %(now)s) FROM loyalty_member
        WHERE left_at IS NULL
        """,
        now=now, edge=now - dt.timedelta(days=30),
    )  # fmt: skip
    return Standing(now, members, joined, wallets)


def _beginnings(days: Sequence[dt.date], zone: dt.tzinfo) -> list[dt.datetime]:
    return [dt.datetime.combine(day, dt.time(), tzinfo=zone) for day in days]


def _all(sql: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
