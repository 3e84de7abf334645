"""Tiers in words, and how far somebody is."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from cdp.core import written_dates
from loyalty.models import Member
from loyalty.rules import ranks
from loyalty.rules.programme import Tiering
from loyalty.rules.ranks import Progress, Rank
from loyalty.selectors import booked, purses, versions


def names(now: dt.datetime) -> Mapping[str, str]:
    """The tiers of the programme in force, lowest first, in the reader's language."""
    version = versions.in_force(now)
    if version is None:
        return {}
    language = written_dates.locale().language
    return {
        tier.key: tier.names.get(language) or tier.names.get("en") or tier.key  # type: ignore[call-overload]
        for tier in version.programme.tiering.tiers
    }


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's rank and their way to the next one; `since` is from when on things count, `at_least` what the present
    and the next one ask for.
    """

    tiering: Tiering
    currency: str
    progress: Progress
    since: dt.datetime
    until: dt.datetime | None
    at_least: Mapping[str, Decimal]


def standing(member: Member, *, now: dt.datetime) -> Standing | None:
    """Where a member stands by the programme in force; None where it has no tiers."""
    version = versions.in_force(now)
    if version is None or not version.programme.tiering.tiers:
        return None
    tiering, zone = version.programme.tiering, timezone.get_default_timezone()
    who: uuid.UUID = member.customer_id
    history = booked.histories(dict.fromkeys(purses.pools([who])[who], who), zone)[who]
    since = ranks.window(tiering, joined_at=member.joined_at, now=now, zone=zone)
    counter = history.counter(tiering.basis, since, now)
    rank = Rank(member.tier, member.tier_since, member.tier_until)
    return Standing(
        tiering,
        version.programme.currency,
        ranks.progress(tiering, rank, counter),
        since,
        member.tier_until,
        {tier.key: tier.at_least for tier in tiering.tiers},
    )
