"""What people and tills did with points of late, beside what is usual among colleagues: where misuse shows first.

Only acts by hand are looked at (staff, stores, tills; `loyalty_act_hand`), at most the newest MOST of a period.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count

from cdp.core import copying, ids
from cdp.core.models import User
from customers.rules import identifiers as rules
from customers.rules import unreadable
from customers.selectors import identifiers, lineage
from loyalty.models import Act, Member
from loyalty.rules.standing_out import Figure, Judged, judge

PERIODS = (7, 30, 90)
MOST = 200_000
SHOWN = 50
STAFF, TILL = "staff", "till"

_REDEEMED = "a.kind IN ('redeem', 'capture')"
CONDITIONS: Mapping[str, str] = {
    "given": "a.kind = 'adjust' AND a.change > 0",
    "taken": "a.kind = 'adjust' AND a.change < 0",
    # What stores and tills gave for what was earned elsewhere.
    "told": "a.kind = 'earn' AND a.cause LIKE 'told:%%'",
    "redeemed": _REDEEMED,
    "restored": "a.kind = 'restore'",
    # By the same person, to the same member, within an hour.
    "quick": """a.kind IN ('redeem', 'capture') AND EXISTS (
        SELECT 1 FROM loyalty_act g WHERE g.customer_id = a.customer_id AND g.kind = 'adjust' AND g.change > 0
            AND g.actor_kind = a.actor_kind AND g.actor_id IS NOT DISTINCT FROM a.actor_id AND g.id < a.id
            AND g.written_at >= uuid_extract_timestamp(a.id) - interval '1 hour')""",
    # Money of the same member's went back within a week.
    "refunded": """a.kind IN ('redeem', 'capture') AND EXISTS (
        SELECT 1 FROM commerce_refund f WHERE f.customer_id = a.customer_id
            AND f.at BETWEEN uuid_extract_timestamp(a.id) AND uuid_extract_timestamp(a.id) + interval '7 days')""",
    # The member is who did it.
    "own": """EXISTS (SELECT 1 FROM unnest(%(staff)s::uuid[], %(own)s::uuid[]) AS o (staff, customer)
        WHERE o.staff = a.actor_id AND o.customer = a.customer_id)""",
}
"""What is counted of acts `a`. `given`, `told` and `redeemed` are summed as well, of points alone."""
ENROLLED = "enrolled"
MEASURES = (*CONDITIONS, ENROLLED)

_COUNTS = ",\n".join(f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in CONDITIONS.items())
_TALLY = f"""
SELECT GROUPING(a.actor_id) AS is_till, a.actor_id, a.source, a.place,
    count(DISTINCT (uuid_extract_timestamp(a.id) AT TIME ZONE %(zone)s)::date) AS days,
    count(*) AS acts,
    COALESCE(sum(a.change) FILTER (WHERE {CONDITIONS["given"]} AND a.wallet = 'points'), 0) AS given_sum,
    COALESCE(-sum(a.change) FILTER (WHERE {_REDEEMED} AND a.wallet = 'points'), 0) AS redeemed_sum,
    COALESCE(sum(a.change) FILTER (WHERE {CONDITIONS["told"]} AND a.wallet = 'points'), 0) AS told_sum,
    {_COUNTS}
FROM (
    SELECT id, actor_kind, CASE WHEN actor_kind = 'staff' THEN actor_id END AS actor_id, source, place, kind, wallet,
        change, customer_id, cause
    FROM loyalty_act WHERE actor_kind <> 'system' AND id >= %(since)s ORDER BY id DESC LIMIT %(most)s
) a
GROUP BY GROUPING SETS ((a.actor_id), (a.source, a.place))
"""  # noqa: S608  (conditions of ours)


@dataclass(frozen=True, slots=True)
class Row:
    """One person, or one till: how often each thing happened, on how many days, what it came to, and how each figure
    stands among the others'.
    """

    kind: str
    staff: uuid.UUID | None
    source: str
    place: str
    days: int
    acts: int
    given_sum: Decimal
    redeemed_sum: Decimal
    told_sum: Decimal
    counts: Mapping[str, int]
    judged: Mapping[str, Judged]

    @property
    def is_far(self) -> bool:
        """Whether any figure of theirs stands out, or they served themselves."""
        return bool(self.counts.get("own")) or any(one.is_far for one in self.judged.values())


@dataclass(frozen=True, slots=True)
class Report:
    """By person and by till, whoever stands out first; `is_cut` where there was more than is looked at."""

    staff: Sequence[Row]
    tills: Sequence[Row]
    is_cut: bool


def report(*, days: int, now: dt.datetime, zone: str) -> Report:
    """What was done in these days. One pass over the index of acts by hand, and two small ones."""
    since = now - dt.timedelta(days=days)
    own = own_accounts()
    people: dict[str, dict[str, Any]] = {}
    tills: dict[str, dict[str, Any]] = {}
    seen = 0
    for row in _tally(own, since=since, zone=zone):
        if row["is_till"]:
            tills[f"{row['source']}\0{row['place']}"] = row
            seen += row["acts"]
        elif row["actor_id"]:
            people[str(row["actor_id"])] = row
    for staff, number in _enrolled(since).items():
        row = people.setdefault(str(staff), _nothing(staff))
        row[ENROLLED] = number
        row["days"] = max(row["days"], 1)
    return Report(_rows(STAFF, people), _rows(TILL, tills), seen >= MOST)


def _tally(own: Mapping[uuid.UUID, Collection[uuid.UUID]], *, since: dt.datetime, zone: str) -> list[dict[str, Any]]:
    pairs = [(staff, customer) for staff, some in own.items() for customer in some]
    with connection.cursor() as cursor:
        cursor.execute(_TALLY, _told(pairs) | {"since": ids.floor(since), "most": MOST, "zone": zone})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _told(pairs: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> dict[str, Any]:
    return {
        "staff": copying.array([staff for staff, _customer in pairs]),
        "own": copying.array([customer for _staff, customer in pairs]),
    }


def _nothing(staff: uuid.UUID) -> dict[str, Any]:
    zeros: dict[str, Any] = dict.fromkeys((*CONDITIONS, "days", "acts"), 0)
    sums: dict[str, Any] = dict.fromkeys(("given_sum", "redeemed_sum", "told_sum"), Decimal(0))
    return {**zeros, **sums, "actor_id": staff, "source": "", "place": ""}


def _enrolled(since: dt.datetime) -> dict[uuid.UUID, int]:
    rows = Member.objects.filter(joined_by__isnull=False, joined_at__gte=since).order_by().values("joined_by")
    counted = rows.annotate(number=Count("id")).values_list("joined_by", "number")
    return {staff: number for staff, number in counted if staff}


def _rows(kind: str, found: Mapping[str, dict[str, Any]]) -> list[Row]:
    judged: dict[str, dict[str, Judged]] = defaultdict(dict)
    for measure in MEASURES:
        if measure == "own":
            continue
        figures = {name: Figure(Decimal(row.get(measure, 0)), row["days"]) for name, row in found.items()}
        for name, one in judge(figures).items():
            judged[name][measure] = one
    rows = [
        Row(
            kind,
            row["actor_id"],
            row["source"] or "",
            row["place"] or "",
            row["days"],
            row["acts"],
            row["given_sum"],
            row["redeemed_sum"],
            row["told_sum"],
            {measure: row.get(measure, 0) for measure in MEASURES},
            judged[name],
        )
        for name, row in found.items()
    ]
    return sorted(rows, key=lambda row: (not row.is_far, -row.acts, str(row.staff), row.source, row.place))


# --- the acts behind a figure ---


def acts(
    measure: str,
    *,
    since: dt.datetime,
    staff: uuid.UUID | None = None,
    till: tuple[str, str] | None = None,
    older_than: uuid.UUID | None = None,
) -> list[Act]:
    """The acts that a figure counts, newest first, SHOWN and one more at most: of a person, or of a (source, place)."""
    own: list[tuple[uuid.UUID, uuid.UUID]] = []
    if staff and measure == "own":
        own = [(staff, customer) for customer in own_accounts([staff]).get(staff, ())]
    whose = (
        "a.actor_id = %(actor)s AND a.actor_kind = 'staff'"
        if staff
        else "a.source = %(source)s AND a.place = %(place)s"
    )
    before = "AND a.id < %(before)s" if older_than else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT a.id, a.customer_id FROM loyalty_act a
            WHERE {whose} AND a.actor_kind <> 'system' AND a.id >= %(since)s {before} AND {CONDITIONS[measure]}
            ORDER BY a.id DESC LIMIT %(limit)s
            """,  # noqa: S608  (conditions of ours)
            _told(own)
            | {
                "actor": staff,
                "source": till[0] if till else "",
                "place": till[1] if till else "",
                "since": ids.floor(since),
                "before": older_than,
                "limit": SHOWN + 1,
            },
        )
        found = dict(cursor.fetchall())
    rows = Act.objects.filter(customer_id__in=set(found.values()), id__in=list(found))
    return sorted(rows, key=lambda act: act.id, reverse=True)


def enrolled(staff: uuid.UUID, *, since: dt.datetime) -> list[Member]:
    """Whom somebody enrolled, newest first; SHOWN and one more at most."""
    rows = Member.objects.filter(joined_by=staff, joined_at__gte=since)
    return list(rows.order_by("-joined_at", "-id")[: SHOWN + 1])


def own_accounts(staff: Collection[uuid.UUID] | None = None) -> dict[uuid.UUID, set[uuid.UUID]]:
    """The customers that colleagues are themselves, by their e-mail address, with everybody merged into them."""
    users = User.objects.all() if staff is None else User.objects.filter(id__in=list(staff))
    digests: dict[bytes, uuid.UUID] = {}
    for user, email in users.values_list("id", "email"):
        try:
            digests[identifiers.digest("email", rules.normalise("email", email, region=""))] = user
        except unreadable.Unreadable:
            continue
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    for digest, customer in identifiers.owners(digests).items():
        found[digests[bytes(digest)]] = lineage.everybody([customer])
    return found
