"""What if points ended otherwise: everything that is out now, as if it had been earned under another policy.

Lots keep the end that they were promised, so this is no forecast of what publishing does to them; it is what the policy
does to purses like today's. What will be earned and spent until then nobody knows.
"""

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import Max

from cdp.core import patience, remembered
from commerce.models import Order
from customers.models import Customer
from customers.selectors import lineage
from loyalty.models import Hold, Member
from loyalty.rules.ending import months_later
from loyalty.rules.programme import Expiry, Programme
from loyalty.rules.purse import ZERO

AHEAD = 24
"""Months that are told apart; what ends later is one more."""
PATIENCE = 25
"""Seconds after which a question is given up."""
KEPT_SECONDS = 900


@dataclass(slots=True)
class Side:
    """What a policy does with what is out. `months`: what ends, by the first day of the month that is its last; `gone`
    would have ended by now.
    """

    gone: Decimal = ZERO
    months: dict[dt.date, Decimal] = field(default_factory=dict)
    later: Decimal = ZERO
    never: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Ranked:
    """Members of one tier (empty for none): how many have something, and how many would have lost some of it by now,
    would lose some sooner than now, would keep some longer, each with how much.
    """

    tier: str
    members: int
    out: Decimal
    gone: int
    gone_amount: Decimal
    sooner: int
    sooner_amount: Decimal
    longer: int
    longer_amount: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """Today's policy beside another one."""

    at: dt.datetime
    out: Decimal
    now: Side
    then: Side
    tiers: tuple[Ranked, ...]

    def members(self, name: str) -> int:
        """How many people in all tiers: `gone`, `sooner`, `longer`."""
        return sum(getattr(tier, name) for tier in self.tiers)


def forecast(programme: Programme, wallet: str, at: dt.datetime) -> Forecast:
    """By the policies of `programme`, those of its tiers among them; at most KEPT_SECONDS old. Raises
    `patience.TookTooLong`.
    """
    policies = [programme.wallet(wallet).expiry, *(rank.expiry for rank in programme.tiering.tiers)]
    told = msgspec.json.encode([wallet, policies, [rank.key for rank in programme.tiering.tiers]])
    key = f"loyalty-expiries-{hashlib.sha256(told).hexdigest()[:24]}"
    return remembered.kept(key, lambda: count(programme, wallet, at), seconds=KEPT_SECONDS)


def count(programme: Programme, wallet: str, at: dt.datetime) -> Forecast:
    """The same, reckoned anew: one pass over the lots with something left. Raises
    `patience.TookTooLong`.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    first = at.astimezone(zone).date().replace(day=1)
    last = months_later(first, AHEAD - 1)
    params: dict[str, Any] = {"wallet": wallet, "at": at, "zone": settings.TIME_ZONE}
    params |= {"beyond": months_later(first, AHEAD), **_merged()}
    sides, tiers = (Side(), Side()), []
    with patience.statements_at_most(PATIENCE), connection.cursor() as cursor:
        cursor.execute(_statement(programme, wallet), params)
        for what, label, day, is_gone, out, *counts in cursor.fetchall():
            if what == "tier":
                members, *touched = counts
                rest: list[Any] = [value or ZERO for value in touched]
                tiers.append(Ranked(label, members, out, *rest))
                continue
            side = sides[what == "then"]
            if is_gone:
                side.gone += out
            elif day is None:
                side.never += out
            elif day > last:
                side.later += out
            else:
                side.months[day] = side.months.get(day, ZERO) + out
    order = [rank.key for rank in programme.tiering.tiers]
    tiers.sort(key=lambda ranked: order.index(ranked.tier) if ranked.tier in order else -1)
    return Forecast(at, sum((tier.out for tier in tiers), ZERO), *sides, tuple(tiers))


def _merged() -> dict[str, Any]:
    """Rows that were merged and those who stand for them, with whose tier and whose last purchase or redemption counts.
    Four queries at most; nobody was merged in most shops' lots.
    """
    merged = Customer.objects.filter(merged_into__isnull=False).values_list("id", "merged_into")
    into = {row: above for row, above in merged if above}
    tops: dict[uuid.UUID, uuid.UUID] = {}
    for row, above in into.items():
        top = above
        for _ in range(lineage.LONGEST_CHAIN):
            top = into.get(top, top)
        tops[row] = tops[top] = top
    tiers = dict(
        Member.objects.filter(customer_id__in=set(tops.values()), left_at__isnull=True).values_list(
            "customer_id", "tier"
        )
    )
    lasts: dict[uuid.UUID, dt.datetime] = {}
    done = [
        *Order.objects.filter(customer_id__in=tops, is_counted=True)
        .values_list("customer_id")
        .annotate(Max("placed_at")),
        *Hold.objects.filter(customer_id__in=tops, state=Hold.State.CAPTURED)
        .values_list("customer_id")
        .annotate(Max("ended_at")),
    ]
    for row, at in done:
        lasts[tops[row]] = max(at, lasts.get(tops[row], at))
    return {
        "rows": list(tops),
        "tops": list(tops.values()),
        "tiers": [tiers.get(top, "") for top in tops.values()],
        "lasts": [lasts.get(top) for top in tops.values()],
    }


def _statement(programme: Programme, wallet: str) -> str:
    """Times are those of the shop's clock without a zone; policies are whole numbers and words of ours."""
    own = {rank.key: rank.expiry for rank in programme.tiering.tiers if rank.expiry and wallet == "points"}
    cases = "".join(f" WHEN '{key}' THEN {_end(expiry)}" for key, expiry in own.items())
    plain = _end(programme.wallet(wallet).expiry)
    ends = f"CASE w.tier{cases} ELSE {plain} END" if cases else plain
    is_idle = any(expiry.kind == "idle" for expiry in (programme.wallet(wallet).expiry, *own.values()))
    return _LOTS % {
        "ends": ends,
        "now_month": _month("now_ends"),
        "then_month": _month("then_ends"),
        "active": _ACTIVE if is_idle else "",
        "last": "(greatest(p.at, a.at, l.earned_at) AT TIME ZONE %(zone)s)" if is_idle else "NULL::timestamp",
        "join": "LEFT JOIN active a ON a.row = l.customer_id" if is_idle else "",
    }


def _end(expiry: Expiry) -> str:
    """`loyalty.rules.ending.end` as SQL over `w.started`, `w.earned` and `w.last`; a test holds the two together."""
    if expiry.kind == "never":
        return "NULL::timestamp"
    if expiry.kind == "month":
        return f"(date_trunc('month', w.earned) + interval '{expiry.months + 1:d} months')"
    start = "w.last" if expiry.kind == "idle" else "w.started"
    day = f"(({start}::date + interval '{expiry.months:d} months')::date + {expiry.days:d})"
    return {
        "moment": f"({day} + {start}::time)",
        "day": f"({day} + 1)::timestamp",
        "month": f"(date_trunc('month', {day}) + interval '1 month')",
        "year": f"(date_trunc('year', {day}) + interval '1 year')",
    }[expiry.until]


def _month(ends: str) -> str:
    """The first day of the month that is the last; of what never ends nothing, which `least` alone would pass over."""
    month = f"date_trunc('month', {ends} - interval '1 microsecond')::date"
    return f"CASE WHEN {ends} IS NOT NULL THEN least({month}, %(beyond)s) END"


_ACTIVE = """
active (row, at) AS (
    SELECT customer_id, max(at) FROM (
        SELECT customer_id, placed_at AS at FROM commerce_order WHERE is_counted
        UNION ALL SELECT customer_id, ended_at FROM loyalty_hold WHERE state = 'captured'
    ) done GROUP BY customer_id
),"""

# Each lot with whose it is, its end as it is and as it would be; `pool` has the few who were merged.
_LOTS = """
WITH pool (row, top, tier, at) AS MATERIALIZED (
    SELECT * FROM unnest(%%(rows)s::uuid[], %%(tops)s::uuid[], %%(tiers)s::text[], %%(lasts)s::timestamptz[])
),%(active)s
lot AS MATERIALIZED (
    SELECT COALESCE(p.top, l.customer_id) AS top, w.tier, l.active + l.pending AS amount,
        (l.ends AT TIME ZONE %%(zone)s) AS now_ends, %(ends)s AS then_ends
    FROM loyalty_lot l LEFT JOIN pool p ON p.row = l.customer_id
    LEFT JOIN loyalty_member m ON m.customer_id = l.customer_id AND m.left_at IS NULL
    %(join)s
    CROSS JOIN LATERAL (SELECT COALESCE(p.tier, m.tier, '') AS tier,
        (l.active_from AT TIME ZONE %%(zone)s) AS started, (l.earned_at AT TIME ZONE %%(zone)s) AS earned,
        %(last)s AS last) w
    WHERE l.wallet = %%(wallet)s AND (l.pending > 0 OR l.active > 0) AND (l.ends IS NULL OR l.ends > %%(at)s)
),
clock AS (SELECT (%%(at)s::timestamptz AT TIME ZONE %%(zone)s) AS now),
person AS (
    SELECT tier, sum(amount) AS out, sum(amount) FILTER (WHERE then_ends <= now) AS gone,
        sum(amount) FILTER (WHERE then_ends > now AND (now_ends IS NULL OR then_ends < now_ends)) AS sooner,
        sum(amount) FILTER (WHERE now_ends IS NOT NULL AND (then_ends IS NULL OR then_ends > now_ends)) AS longer
    FROM lot, clock GROUP BY top, tier
)
SELECT 'now', '', %(now_month)s, false, sum(amount), 0, 0, 0, 0, 0, 0, 0 FROM lot GROUP BY 3
UNION ALL
SELECT 'then', '', %(then_month)s, COALESCE(then_ends <= now, false), sum(amount), 0, 0, 0, 0, 0, 0, 0
FROM lot, clock GROUP BY 3, 4
UNION ALL
SELECT 'tier', tier, NULL, false, sum(out), count(*), count(gone), sum(gone), count(sooner), sum(sooner),
    count(longer), sum(longer) FROM person GROUP BY tier
"""
