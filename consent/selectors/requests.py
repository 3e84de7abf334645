"""Requests of people for the desk, the page of a customer and the person's own page."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent.models import PrivacyAttempt, PrivacyRequest, Right
from consent.rules import deadlines
from consent.rules import requests as rules
from consent.selectors import restrictions
from customers.selectors import profiles as reading

PAGE = 50
MOST_TOLD = 100
LEVELS = {0: "early", 50: "half", 80: "soon", 100: "late"}


@dataclass(frozen=True)
class Clock:
    """How far the time of a request is: `level` is early, half, soon or late; still for one that waits for the person;
    closed or closed_late for one that ended.
    """

    due_on: dt.date
    share: int
    level: str
    days_left: int


@dataclass(frozen=True)
class Entry:
    """A line of the desk."""

    request: PrivacyRequest
    clock: Clock
    person: reading.Profile | None


@dataclass(frozen=True)
class Listed:
    """A page of the desk; `after` leads to the next one."""

    entries: Sequence[Entry]
    after: str


def clock(request: PrivacyRequest, *, now: dt.datetime) -> Clock:
    """The clock of a request as it stands now (a closed one: as it stood then)."""
    zone = request.rule.get("zone", "UTC")
    at = request.closed_at or request.paused_at or now
    share = deadlines.share_used(received_at=request.received_at, due_at=request.due_at, now=at)
    due_on = deadlines.day_of(request.due_at, zone)
    level = LEVELS[deadlines.step_reached(share)]
    if request.closed_at:
        level = "closed_late" if at >= request.due_at else "closed"
    elif request.paused_at:
        level = "still"
    today = deadlines.day_of(at + dt.timedelta(microseconds=1), zone)
    return Clock(due_on, share, level, (due_on - today).days)


def desk(*, state: str, right: str, after: str, now: dt.datetime) -> Listed:
    """Requests by what is due first (open ones) or was closed last. `state`: open, late or closed."""
    found = PrivacyRequest.objects.filter(closed_at__isnull=state != "closed")
    if state == "late":
        found = found.filter(due_at__lte=now, paused_at__isnull=True)
    if right:
        found = found.filter(right=right)
    key = "closed_at" if state == "closed" else "due_at"
    if place := _place(after):
        at, row = place
        ahead = {"closed_at": Q(closed_at__lt=at) | Q(closed_at=at, id__lt=row)}
        found = found.filter(ahead.get(key, Q(due_at__gt=at) | Q(due_at=at, id__gt=row)))
    found = found.order_by(*(("-closed_at", "-id") if state == "closed" else ("due_at", "id")))
    rows = list(found.defer("words")[: PAGE + 1])
    people = reading.opened({row.customer_id for row in rows[:PAGE]}, with_places=False)
    entries = [Entry(row, clock(row, now=now), people.get(row.customer_id)) for row in rows[:PAGE]]
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Listed(entries, f"{getattr(last, key).isoformat()}_{last.id}" if last else "")


def _place(after: str) -> tuple[dt.datetime, uuid.UUID] | None:
    at, _, row = after.partition("_")
    try:
        moment = dt.datetime.fromisoformat(at)
        return (moment, uuid.UUID(row)) if moment.tzinfo else None
    except ValueError:
        return None


def counts(*, now: dt.datetime) -> dict[str, int]:
    """How many are open, and of these late."""
    open_ones = PrivacyRequest.objects.filter(closed_at__isnull=True)
    return open_ones.aggregate(open=Count("id"), late=Count("id", filter=Q(due_at__lte=now, paused_at__isnull=True)))


def find(request: uuid.UUID) -> PrivacyRequest | None:
    """A request by its id."""
    return PrivacyRequest.objects.filter(id=request).first()


def of(customers: Collection[uuid.UUID]) -> QuerySet[PrivacyRequest]:
    """Everything these people asked for, newest first."""
    return PrivacyRequest.objects.filter(customer_id__in=list(customers)).order_by("-id")


def open_count(customers: Collection[uuid.UUID]) -> int:
    """How many requests of these people wait for an answer."""
    return of(customers).filter(closed_at__isnull=True).count()


def is_shown(request: PrivacyRequest, *, now: dt.datetime) -> bool:
    """Whether the person's link still opens: until some time after the end, and as long as their data rest by it."""
    if request.closed_at is None or now < request.closed_at + rules.PROGRESS_LASTS:
        return True
    return request.right == Right.RESTRICTION and restrictions.asked(request.customer_id, at=now) is not None


TOLD: dict[str, str | Promise] = {
    "received": _("You asked us"),
    "proved": _("We made sure that it is you"),
    "paused": _("We asked you to show who you are"),
    "resumed": _("You showed who you are"),
    "extended": _("We took more time, as the law allows"),
    "answered": _("We did what you asked"),
    "refused": _("We refused it"),
    "cancelled": _("It was taken back"),
    "fetched": _("The copy was handed out"),
    "deleted": _("The copy was deleted"),
}
"""Of which steps the person's own page tells, in their words."""
DECIDED = _("We decided about what you wanted corrected")
"""The end of a correction, of which all, some or nothing may have been done."""


@dataclass(frozen=True)
class Told:
    """One line of what happened, for the person."""

    at: dt.datetime
    label: str


def told(request: PrivacyRequest) -> list[Told]:
    """What happened to a request, the oldest first, without who did it."""
    rows = request.steps.filter(kind__in=list(TOLD)).order_by("id").values_list("kind", "at")[:MOST_TOLD]
    words = TOLD | ({"answered": DECIDED} if request.right == Right.RECTIFICATION else {})
    return [Told(request.received_at if kind == "received" else at, str(words[kind])) for kind, at in rows]


def shown_until(request: PrivacyRequest) -> dt.datetime | None:
    """Until when the person's link opens; None as long as the request is open."""
    return request.closed_at + rules.PROGRESS_LASTS if request.closed_at else None


ATTEMPTED: dict[str, str | Promise] = {
    "code": _("one-time code"),
    "progress": _("link to the page of a request"),
    "certificate": _("link to a certificate"),
    "unsubscribe": _("link to unsubscribe"),
    "preferences": _("link to the settings"),
    "confirm": _("link to confirm"),
    "guardian": _("link of a guardian"),
}
"""What was refused, in words."""
WHY_REFUSED: dict[str, str | Promise] = {
    # A link without its end opens as little as one that somebody made up: nobody can tell one from the other.
    "forged": _("unreadable: cut in half, mistyped, or not made by us"),
    "expired": _("too old"),
    "used": _("used before"),
    "spent": _("tried too often"),
    "throttled": _("asked for too often"),
    "changed": _("something changed since it was sent"),
    "again": _("the words changed since they were shown"),
}
"""Why a link was refused, in words."""
WRONG_CODE = _("not the right one")


def attempts(*, since: dt.datetime) -> list[dict[str, Any]]:
    """How many links and codes were refused since then, by kind and reason; both in words too (`label`, `reason`)."""
    found = PrivacyAttempt.objects.filter(at__gte=since).values("what", "why").annotate(count=Sum("times"))
    return [
        {**row, "label": ATTEMPTED.get(row["what"], row["what"]), "reason": _reason(row["what"], row["why"])}
        for row in found.order_by("-count", "what", "why")[:20]
    ]


def _reason(what: str, why: str) -> str | Promise:
    return WRONG_CODE if (what, why) == ("code", "forged") else WHY_REFUSED.get(why, why)
