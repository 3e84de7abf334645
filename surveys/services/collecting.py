"""Tracked `Product Reviewed` events become reviews: the step `surveys.collect` of the pipeline."""

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from django.db import transaction

from cdp.core import pipeline
from cdp.core.crypto import subjects
from commerce.hooks.reading import Unreadable
from commerce.services.booking import faults
from commerce.tracking import articles
from customers.rules import people
from customers.services import buckets
from events.models import Event
from events.services import handover
from surveys.rules import ratings
from surveys.services import reviews
from surveys.services.reviews import ReviewInput

log = structlog.get_logger("reviews")
READER = "surveys.collect"
NAMES = ("product reviewed", "reviewed product")
FOREIGN = "review_of_another"


def collect(customers: Sequence[uuid.UUID], now: dt.datetime) -> None:
    """The step: reviews of everything that waits for these customers, in one transaction. What robots wrote is none."""
    with transaction.atomic(), pipeline.seen_by_what_follows():
        events = [event for event in handover.take(READER, customers) if not is_robot(event)]
        if not events:
            return
        keyring = subjects.load({event.customer_id for event in events if event.customer_id not in buckets.ALL})
        found: dict[str, list[tuple[Event, ReviewInput]]] = {}
        wrong: list[tuple[Event, str, str]] = []
        for event in events:
            try:
                found.setdefault(event.source, []).append((event, _review(event, keyring)))
            except Unreadable as problem:
                wrong.append((event, problem.code, problem.place))
        for source, told in sorted(found.items()):
            wrong += _write(told, source, now)
        faults.record(wrong=wrong, right=events, now=now)


def _write(told: Sequence[tuple[Event, ReviewInput]], source: str, now: dt.datetime) -> list[tuple[Event, str, str]]:
    """Write these reviews; returns the events of which none came, each with its reason. What the database refuses is
    halved until the one event at fault is found: nobody else's reviews and orders wait for it.
    """
    try:
        with transaction.atomic():
            counts = reviews.write_many(reviews=[one for _event, one in told], source=source, now=now)
    except pipeline.INDIGESTIBLE as problem:
        if len(told) == 1:
            (event, _one) = told[0]
            log.warning("a review cannot be written", row=str(event.id), fault=type(problem).__name__)
            return [(event, "not_written", "")]
        middle = len(told) // 2
        return [*_write(told[:middle], source, now), *_write(told[middle:], source, now)]
    return [(told[place][0], FOREIGN, "review_id") for place in counts.foreign]


def _review(event: Event, keyring: subjects.Keyring) -> ReviewInput:
    """What an event tells of a review. Raises Unreadable."""
    told: dict[str, Any] = event.properties
    sku = articles.sku(told)
    if not sku:
        raise Unreadable("product_id", "missing")
    try:
        rating = ratings.of_five(
            told.get("rating"), best=articles.first(told, "best_rating", "bestRating", "max_rating")
        )
    except ratings.BeyondScale as problem:
        raise Unreadable("rating", "beyond_scale") from problem
    except ratings.Unreadable as problem:
        raise Unreadable("rating", "not_a_number") from problem
    typed = hidden(event, keyring)
    words = {**{name: value for name, value in told.items() if isinstance(value, str)}, **typed}
    body = next((words[name] for name in ("review_body", "review", "body", "text") if words.get(name)), "")
    if rating is None and not body:
        raise Unreadable("rating", "missing")
    return ReviewInput(
        external_id=articles.first(told, "review_id", "reviewId") or event.message_id,
        sku=sku,
        rating=rating,
        at=event.occurred_at,
        told_at=event.occurred_at,
        customer=None if event.customer_id in buckets.ALL else event.customer_id,
        title=people.plain(words.get("review_title") or words.get("title") or ""),
        body=body.strip(),
        resolved_by=bytes(event.resolved_by) if event.resolved_by else None,
    )


def hidden(event: Event, keyring: subjects.Keyring) -> dict[str, str]:
    """The words that were sealed when the event came: what somebody typed is theirs."""
    text = keyring.open(event.sealed, table="events_event", column="sealed", row=event.id)
    told = (json.loads(text).get("properties") or {}) if text else {}
    return {name: value for name, value in told.items() if isinstance(value, str)}


def is_robot(event: Event) -> bool:
    """Whether a program that reads pages sent it."""
    surroundings = event.properties.get("$context")
    return isinstance(surroundings, dict) and bool(surroundings.get("bot"))
