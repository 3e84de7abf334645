"""Visits of one customer: on the timeline, and what is known from all of them together."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Max, Q, Sum

from cdp.core import timeline
from cdp.core.panels import Question
from events.models import Event, Session
from events.rules import telling
from events.selectors import history

ICONS = {"phone": "device-mobile", "tablet": "counter", "desktop": "device-desktop", "": "world"}


def entries(question: timeline.Question) -> list[timeline.Entry]:
    """The newest visits, pages folded in, and what mails and back offices told, which is part of no visit."""
    visits = Session.objects.filter(customer_id__in=list(question.customers), is_bot=False)
    if question.before:
        visits = visits.filter(started_at__lt=question.before)
    found = [_entry(visit) for visit in visits.order_by("-started_at", "-id")[: question.limit]]
    news = Event.objects.filter(customer_id__in=list(question.customers), is_visit=False)
    if question.before:
        news = news.filter(occurred_at__lt=question.before)
    newest = news.exclude(properties__contains={"$context": {"bot": True}}).order_by("-occurred_at", "-id")
    return [*found, *(history.entry(event) for event in newest[: question.limit])]


def _entry(visit: Session) -> timeline.Entry:
    return timeline.Entry(
        id=str(visit.id),
        at=visit.started_at,
        kind="visit",
        title=telling.heading(pages=visit.pages, events=visit.events, seconds=visit.seconds),
        source=visit.source,
        icon=ICONS.get(visit.device, "world"),
        data={
            "text": telling.sentence(origin=_origin(visit), entry=visit.entry_path, exit_=visit.exit_path),
            "steps": [_step(visit.started_at, step) for step in visit.steps],
        },
    )


def _origin(visit: Session) -> str:
    return telling.brought(
        channel=visit.channel, source=visit.utm_source, host=visit.referrer_host, campaign=visit.utm_campaign
    )


def _step(start: dt.datetime, step: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": telling.step(step), "at": start + dt.timedelta(seconds=step.get("after") or 0)}


def summary(question: Question) -> dict[str, Any] | None:
    """How often they came, what brought them first and last, when they logged in; of whom only a robot came, that; None
    for who never came.
    """
    return _summary(question.lineage)


def _summary(customers: Sequence[uuid.UUID]) -> dict[str, Any] | None:
    visits = Session.objects.filter(customer_id__in=list(customers), is_bot=False)
    sums = visits.aggregate(
        visits=Count("id"), pages=Sum("pages"), seconds=Sum("seconds"), login=Max("signed_in_at"), last=Max("ended_at")
    )
    if not sums["visits"]:
        return _robot(customers)
    ordered = visits.order_by("started_at", "id")
    first = ordered.first()
    touched = ordered.filter(~Q(channel=Session.Channel.DIRECT)).last()
    device = visits.exclude(device="").values("device").annotate(n=Count("id")).order_by("-n", "device").first()
    return {
        **sums,
        "length": telling.length(sums["seconds"] or 0) if sums["seconds"] else "",
        "first": first and {"at": first.started_at, "origin": _origin(first), "page": first.entry_path},
        "touched": touched and {"at": touched.started_at, "origin": _origin(touched)},
        "device": str(Session.Device(device["device"]).label) if device else "",
    }


def _robot(customers: Sequence[uuid.UUID]) -> dict[str, Any] | None:
    """The last event of a robot; None where there is none. Events that are no visit are few, and have an index."""
    told = Event.objects.filter(customer_id__in=list(customers), is_visit=False)
    robots = told.filter(properties__contains={"$context": {"bot": True}})
    last = robots.order_by("-occurred_at").values_list("occurred_at", flat=True).first()
    return None if last is None else {"robot": last}
