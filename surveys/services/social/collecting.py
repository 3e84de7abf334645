"""Tracked events of social platforms become acts: the step `surveys.social` of the pipeline."""

import datetime as dt
import uuid
from collections.abc import Sequence
from functools import partial

import structlog
from django.db import transaction
from django.utils import timezone

from cdp.core import pipeline
from cdp.core.crypto import subjects
from cdp.core.files import values
from cdp.core.models import Source
from commerce.services.booking import faults
from customers.models import Customer, Status
from customers.rules import handles
from customers.rules.people import Person
from customers.services import buckets, linking, merging
from customers.services.identity import UnableToResolve
from events.models import Event
from events.services import handover
from surveys.rules.social import naming, reading, tracked
from surveys.services import collecting as reviewing
from surveys.services.social import taking
from surveys.services.social.taking import How, Said

log = structlog.get_logger("social")
READER = "surveys.social"
NAMES = tuple(tracked.KINDS)


def collect(customers: Sequence[uuid.UUID], now: dt.datetime) -> None:
    """The step: acts of everything that waits for these customers. What robots did is none."""
    with transaction.atomic(), pipeline.seen_by_what_follows():
        events = [event for event in handover.take(READER, customers) if not reviewing.is_robot(event)]
        if not events:
            return
        keyring = subjects.load({event.customer_id for event in events if event.customer_id not in buckets.ALL})
        named = dict(Customer.objects.filter(id__in={one.customer_id for one in events}).values_list("id", "status"))
        sources = {source.key: source for source in Source.objects.filter(key__in={event.source for event in events})}
        wrong: list[tuple[Event, str, str]] = []
        by_source: dict[str, list[tuple[Event, Said]]] = {}
        for event in events:
            try:
                act = _act(event, keyring, now)
            except reading.Unreadable as problem:
                wrong.append((event, problem.code, problem.place))
                continue
            if event.source in sources:
                said = _said(act, event, sources[event.source], named.get(event.customer_id, ""), now)
                by_source.setdefault(event.source, []).append((event, said))
        for key, told in sorted(by_source.items()):
            wrong += _take(told, sources[key], now)
        faults.record(wrong=wrong, right=events, now=now)


def _act(event: Event, keyring: subjects.Keyring, now: dt.datetime) -> reading.Act:
    told = {**event.properties, **reviewing.hidden(event, keyring)}
    raw = tracked.raw(event.name, told)
    raw.setdefault("external_id", event.message_id)
    raw.setdefault("at", event.occurred_at.isoformat())
    moment = partial(values.moment, zone=timezone.get_default_timezone())
    return reading.read(raw, moment=moment, now=now)


def _said(act: reading.Act, event: Event, source: Source, status: str, now: dt.datetime) -> Said:
    """Whose it is. Where the shop's own systems tell, the account named is that of the person of the event; a page
    that carries the key is anybody's, so what it names is kept beside the act and identifies nobody.
    """
    by = bytes(event.resolved_by) if event.resolved_by else None
    known = event.customer_id if status in {Status.KNOWN, Status.ANONYMOUS} else None
    if source.allowed_origins:
        return Said(act, Person(), told_at=event.occurred_at, customer=known, by=by, is_vouched=False)
    if handles.is_display_name(act.handle) and known is not None:  # others call themselves so, too
        return Said(act, Person(), told_at=event.occurred_at, customer=known, by=by, is_vouched=False)
    if act.handle and status == Status.KNOWN:
        person = Person()
        naming.name(person, platform=act.platform, handle=act.handle)
        kind = "line_id" if person.line_id else "handle"
        try:
            if linking.link(customer=event.customer_id, person=person, kind=kind, source=source, now=now, by=READER):
                return Said(act, Person(), told_at=event.occurred_at, customer=known, by=by, is_vouched=False)
        except (merging.UnableToMerge, UnableToResolve) as problem:
            log.warning("an account could not be joined", row=str(event.id), fault=type(problem).__name__)
    return Said(act, Person(), told_at=event.occurred_at, customer=known, by=by)


def _take(told: Sequence[tuple[Event, Said]], source: Source, now: dt.datetime) -> list[tuple[Event, str, str]]:
    """Take these; returns the events of which none came, each with its reason. What the database refuses is halved
    until the one event at fault is found.
    """
    try:
        with transaction.atomic():
            how = How(source=source, now=now, joins=not source.allowed_origins, by=READER, opens=True)
            taken = taking.take([said for _event, said in told], how)
    except pipeline.INDIGESTIBLE as problem:
        if len(told) == 1:
            (event, _one) = told[0]
            log.warning("a social act cannot be written", row=str(event.id), fault=type(problem).__name__)
            return [(event, "not_written", "")]
        middle = len(told) // 2
        return [*_take(told[:middle], source, now), *_take(told[middle:], source, now)]
    return [(told[place][0], code, "handle") for place, code in taken.refused.items()]
