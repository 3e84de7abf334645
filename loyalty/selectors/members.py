"""Who takes part: the list of members, as quick at a million as at ten, and what each of a page has.

Pages go by (when they joined, id) or by (points, id), each with its index; filters are plain columns. What is shown of
somebody's points is read from their purse at that moment; what is filtered and ordered by is kept beside their row
(`services.figures`) and follows within seconds.
"""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Count, Q, QuerySet

from cdp.core import pages, remembered
from loyalty.models import Member
from loyalty.rules.programme import MAIN, Refunds
from loyalty.rules.purse import ZERO, Purse
from loyalty.selectors import accounts, purses

PAGE = pages.SIZE
NONE = "none"
"""The filter for who has no tier."""
JOINED_DAYS = ("7", "30", "90", "365")
EXACT_BELOW = 10_000
ORDERS = {"joined": "joined_at", "points": "points"}


class BadCursor(ValueError):
    """A page is asked for after something that is no place in the list."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; empty means no narrowing. None of these identifies a person, so they may stand in URLs."""

    tier: str = ""
    joined: str = ""
    """Within so many days."""
    least: str = ""
    """Points they have at least."""
    most: str = ""
    owing: str = ""
    left: str = ""
    """Those who take part no more, instead."""

    @property
    def given(self) -> dict[str, str]:
        """The filters in force by name."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}


def points(text: str) -> Decimal | None:
    """A number of points as a filter tells it; None for what is none."""
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10) ** 14 else None


def known(filters: Filters, *, now: dt.datetime) -> QuerySet[Member]:
    """Members who pass the filters, in no order."""
    rows = Member.objects.filter(left_at__isnull=not filters.left)
    if filters.tier:
        rows = rows.filter(tier="" if filters.tier == NONE else filters.tier)
    if filters.joined in JOINED_DAYS:
        rows = rows.filter(joined_at__gt=now - dt.timedelta(days=int(filters.joined)))
    if (least := points(filters.least)) is not None:
        rows = rows.filter(points__gte=least)
    if (most := points(filters.most)) is not None:
        rows = rows.filter(points__lte=most)
    if filters.owing:
        rows = rows.filter(points__lt=0)
    return rows


@dataclass(frozen=True, slots=True)
class Row:
    """One member in the list, with what they have of points at this moment."""

    member: Member
    balance: Decimal
    pending: Decimal
    ends_at: dt.datetime | None
    ending: Decimal


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list; the cursors are empty where there is nothing further."""

    rows: Sequence[Row]
    newer: str
    older: str


def page(
    filters: Filters, *, now: dt.datetime, order: str = "joined", older_than: str = "", newer_than: str = ""
) -> Page:
    """The page after `older_than`, or the one before `newer_than`, or the first: who joined last first, or who has the
    most points. Raises BadCursor.
    """
    column = ORDERS.get(order, "joined_at")
    rows = known(filters, now=now)
    if newer_than:
        value, last = _read(newer_than, column)
        ahead = Q(**{f"{column}__gt": value}) | Q(id__gt=last)
        nearest = rows.filter(ahead, **{f"{column}__gte": value}).order_by(column, "id")
        found = list(nearest[: PAGE + 1])
        shown, has_newer, has_older = found[:PAGE][::-1], len(found) > PAGE, True
    else:
        if older_than:
            value, last = _read(older_than, column)
            # The range is said apart, so that the index begins there.
            rows = rows.filter(Q(**{f"{column}__lt": value}) | Q(id__lt=last), **{f"{column}__lte": value})
        found = list(rows.order_by(f"-{column}", "-id")[: PAGE + 1])
        shown, has_newer, has_older = found[:PAGE], bool(older_than), len(found) > PAGE
    return Page(
        told(shown, now=now),
        newer=_cursor(shown[0], column) if shown and has_newer else "",
        older=_cursor(shown[-1], column) if shown and has_older else "",
    )


def of(customers: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Member]:
    """Those of these who ever took part, by customer."""
    return {row.customer_id: row for row in Member.objects.filter(customer_id__in=list(customers))}


def told(rows: Sequence[Member], *, now: dt.datetime) -> list[Row]:
    """What these have at this moment. Two queries and one per layer of merges."""
    found = purses.found([row.customer_id for row in rows]) if rows else {}
    how = accounts.refunds(now) if found else Refunds()
    return [_row(row, found.get((row.customer_id, MAIN)), now, how) for row in rows]


def _row(member: Member, purse: Purse | None, now: dt.datetime, how: Refunds) -> Row:
    if purse is None:
        return Row(member, ZERO, ZERO, None, ZERO)
    purse.catch_up(now)
    first = min((lot.ends for lot in purse.lots.values() if lot.active and lot.ends), default=None)
    ending = sum((lot.active for lot in purse.lots.values() if lot.ends and lot.ends == first), ZERO)
    return Row(member, how.shown(purse.balance(now)), purse.waiting(now), first, ending)


def _cursor(row: Member, column: str) -> str:
    value = row.joined_at.isoformat() if column == "joined_at" else f"{row.points:f}"
    return f"{value}~{row.id}"


def _read(cursor: str, column: str) -> tuple[Any, uuid.UUID]:
    value, _, last = cursor.rpartition("~")
    try:
        if column == "points":
            return Decimal(value), uuid.UUID(last)
        moment = dt.datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise BadCursor
        return moment, uuid.UUID(last)
    except (ValueError, InvalidOperation) as error:
        raise BadCursor from error


@dataclass(frozen=True, slots=True)
class Tally:
    """How many; exact below EXACT_BELOW, else the planner's estimate."""

    number: int
    is_exact: bool


def count(filters: Filters, *, now: dt.datetime) -> Tally:
    """How many members pass the filters."""
    rows = known(filters, now=now).order_by()
    if not filters.given or set(filters.given) == {"tier"}:
        tiers = by_tier()
        wanted = "" if filters.tier == NONE else filters.tier
        return Tally(tiers.get(wanted, 0) if filters.tier else sum(tiers.values()), is_exact=True)
    planned = int(json.loads(rows.values("id").explain(format="json"))[0]["Plan"]["Plan Rows"])
    if planned > 2 * EXACT_BELOW:
        return Tally(planned, is_exact=False)
    counted = rows.values("id")[: 2 * EXACT_BELOW].count()
    if counted < 2 * EXACT_BELOW:
        return Tally(counted, is_exact=True)
    return Tally(max(planned, counted), is_exact=False)


def by_tier() -> Mapping[str, int]:
    """How many have each tier, "" for none: one pass over an index, at most a minute old."""
    return remembered.kept("loyalty-tiers", _count_tiers)


def _count_tiers() -> Mapping[str, int]:
    rows = Member.objects.filter(left_at__isnull=True).order_by().values("tier").annotate(number=Count("id"))
    return {row["tier"]: row["number"] for row in rows}
