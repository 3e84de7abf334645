"""Which rank a member has: up at once, down by the programme's policy. The counter is apart from what can be spent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

from loyalty.rules.ending import midnight, months_later
from loyalty.rules.programme import Tier, Tiering

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rank:
    """A member's rank, empty for none, since when, and until when it cannot be lost (None where nothing is kept)."""

    tier: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Towards the next rank: what counts so far, which one is next, and what is missing. No next one at the top."""

    counter: Decimal
    tier: str
    next: str = ""
    missing: Decimal = ZERO
    to_keep: Decimal = ZERO  # what is missing to keep the present one


def window(tiering: Tiering, *, joined_at: datetime, now: datetime, zone: tzinfo) -> datetime:
    """From when on things count: `now`'s window of the programme, never before its own beginning."""
    joined = joined_at.astimezone(zone).date() if tiering.window == "joined" else date.min
    return _begin(tiering.window, tiering.months, joined, now.astimezone(zone).date(), zone)


def earliest(tiering: Tiering, *, now: datetime, zone: tzinfo) -> datetime:
    """No window of that moment or a later one begins before, whenever a member joined (leap days included)."""
    months = tiering.months if tiering.window == "rolling" else 13
    return midnight(months_later(now.astimezone(zone).date(), -months), zone)


@lru_cache(maxsize=4096)  # asked for every purchase, and there are not that many days
def _begin(window: str, months: int, joined: date, today: date, zone: tzinfo) -> datetime:
    if window == "rolling":
        return midnight(months_later(today, -months), zone)
    if window == "calendar":
        return midnight(date(today.year, 1, 1), zone)
    years = today.year - joined.year
    start = months_later(joined, 12 * years)
    return midnight(start if start <= today else months_later(joined, 12 * (years - 1)), zone)


def reached(tiers: Sequence[Tier], counter: Decimal) -> int:
    """The place of the highest rank that a counter reaches; -1 for none. Ranks stand from the lowest to the highest."""
    places = [place for place, tier in enumerate(tiers) if counter >= tier.at_least]
    return max(places, default=-1)


def settle(tiering: Tiering, rank: Rank, counter: Decimal, *, now: datetime) -> Rank:
    """The rank that holds now. A rank that the programme no longer knows counts as none."""
    tiers = tiering.tiers
    places = {tier.key: place for place, tier in enumerate(tiers)}
    here, there = places.get(rank.tier, -1), reached(tiers, counter)
    if there > here:
        keeps = now + timedelta(days=tiering.keeps_days) if tiering.keeps_days else None
        return Rank(tiers[there].key, now, keeps)
    if there == here or here < 0:
        return rank if here >= 0 else Rank()
    if tiering.downgrade == "never" or (rank.until is not None and now < rank.until):
        return rank
    lower = max(there, here - 1) if tiering.downgrade == "one" else there
    if lower < 0:
        return Rank()
    # Who falls softly falls again only after another such while.
    keeps = now + timedelta(days=tiering.keeps_days) if tiering.keeps_days and tiering.downgrade == "one" else None
    return Rank(tiers[lower].key, now, keeps)


def progress(tiering: Tiering, rank: Rank, counter: Decimal) -> Progress:
    """What is missing to rise, and to stay."""
    tiers = tiering.tiers
    places = {tier.key: place for place, tier in enumerate(tiers)}
    here = places.get(rank.tier, -1)
    to_keep = max(tiers[here].at_least - counter, ZERO) if here >= 0 else ZERO
    above = tiers[here + 1] if here + 1 < len(tiers) else None
    if above is None:
        return Progress(counter, rank.tier, to_keep=to_keep)
    return Progress(counter, rank.tier, above.key, max(above.at_least - counter, ZERO), to_keep)
