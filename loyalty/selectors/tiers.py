"""Tiers in words, and how far somebody is."""

import datetime as dt
import itertools
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from cdp.core import copying, written_dates
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
    history = booked.histories(dict.fromkeys(purses.persons([who])[who], who), zone)[who]
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


PAGE = 5000
"""Members whose counters one statement reads."""
AT_ONCE = 500

# Whoever shares a purse with absorbed rows is looked at in any case: what those rows count is not in the sum.
_OTHERWISE = """
WITH rank (key, least, above) AS MATERIALIZED (SELECT * FROM unnest(%(keys)s::text[], %(least)s::numeric[],
    %(above)s::numeric[])),
page AS MATERIALIZED (
    SELECT customer_id, tier FROM loyalty_member
    WHERE customer_id > %(after)s AND left_at IS NULL ORDER BY customer_id LIMIT %(most)s
),
counter AS (
    SELECT customer_id, sum(CASE WHEN details->'counts' IS NULL THEN CASE WHEN %(basis)s = 'points' THEN qualifying END
        ELSE (details->'counts'->>%(basis)s)::numeric END) AS value
    FROM loyalty_act
    WHERE customer_id IN (SELECT customer_id FROM page) AND (qualifying <> 0 OR details->'counts' IS NOT NULL)
        AND COALESCE((details->>'on')::timestamptz, at) BETWEEN %(since)s AND %(now)s
    GROUP BY customer_id
)
SELECT p.customer_id, r.key IS NULL OR (%(everybody)s AND p.tier <> '')
    OR COALESCE(COALESCE(c.value, 0) < r.least, FALSE)
    OR COALESCE(COALESCE(c.value, 0) >= r.above, FALSE)
    OR EXISTS (SELECT 1 FROM customers_customer a WHERE a.merged_into = p.customer_id)
FROM page p LEFT JOIN rank r ON r.key = p.tier LEFT JOIN counter c ON c.customer_id = p.customer_id
ORDER BY p.customer_id
"""


def otherwise(tiering: Tiering, now: dt.datetime) -> Iterator[Sequence[uuid.UUID]]:
    """Members whose counter does not say the tier they have (any more), AT_ONCE at a time; some others may be among
    them. Nobody is locked: whoever changes anything looks again.
    """
    zone = timezone.get_default_timezone()
    # Who has none stands below the lowest.
    least: list[Decimal | None] = [None, *(tier.at_least for tier in tiering.tiers)]
    is_own = tiering.window == "joined"
    asked: dict[str, Any] = {
        "keys": copying.array(["", *(tier.key for tier in tiering.tiers)]),
        "least": copying.array(least),
        "above": copying.array([*least[1:], None]),
        "basis": tiering.basis,
        # Where windows are the members' own: of who has no tier the longest one is looked at.
        "everybody": is_own,
        "since": (
            ranks.earliest(tiering, now=now, zone=zone)
            if is_own
            else ranks.window(tiering, joined_at=now, now=now, zone=zone)
        ),
        "now": now,
        "most": PAGE,
    }
    after = uuid.UUID(int=0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_OTHERWISE, asked | {"after": after})
            page = cursor.fetchall()
        if not page:
            return
        after = page[-1][0]
        due = (row for row, is_due in page if is_due)
        while some := list(itertools.islice(due, AT_ONCE)):
            yield some
