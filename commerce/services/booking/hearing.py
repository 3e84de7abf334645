"""Events as they are understood: which kind, of which store, whose; and what they say of products."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cdp.core.models import Source
from commerce.hooks.reading import Unreadable
from commerce.models import Storefront
from commerce.services import products
from commerce.services.booking import foreign_hosts
from commerce.tracking import articles, names
from customers.models import Customer, Status
from customers.services import buckets
from events.models import Event


@dataclass(frozen=True, slots=True)
class Heard:
    """One event that becomes a fact. `person` is None where nobody's: a guest, or without leave to measure."""

    event: Event
    kind: str
    person: uuid.UUID | None

    @property
    def body(self) -> dict[str, Any]:
        """What the event tells."""
        found: dict[str, Any] = self.event.properties
        return found

    @property
    def at(self) -> dt.datetime:
        """When it happened."""
        return self.event.occurred_at

    @property
    def resolved_by(self) -> bytes | None:
        """The identifier that told whose it is."""
        return bytes(self.event.resolved_by) if self.event.resolved_by else None


@dataclass(slots=True)
class Desk:
    """The events of one source on their way, in the order of their times, and what became of them.

    `source` is whose numbers its orders have: the store behind the website where an owner has said so.
    """

    source: Source
    now: dt.datetime
    heard: list[Heard]
    known: frozenset[uuid.UUID]  # people who are somebody: what they tell counts before what a browser tells
    prefix: str = ""
    takes_orders: bool = True
    is_public: bool = False  # anybody may have written these events: pages carry the key
    pages: frozenset[str] = frozenset()  # origins of the pages that carry it
    ordered: dict[str, tuple[uuid.UUID, uuid.UUID]] = field(default_factory=dict)  # number → owner and order
    problems: list[tuple[Event, str, str]] = field(default_factory=list)  # event, code, place
    waiting: list[tuple[Event, bytes]] = field(default_factory=list)  # event, key of the order that it waits for

    def of(self, kinds: Collection[str]) -> list[Heard]:
        """The events of these kinds."""
        return [one for one in self.heard if one.kind in kinds]

    def number(self, told: str) -> str:
        """An order's number as its store writes it."""
        return told if not told or told.startswith(self.prefix) else f"{self.prefix}{told}"[:200]

    def again(self, heard: list[Heard], problems: Sequence[tuple[Event, str, str]] = ()) -> "Desk":
        """The same desk before anything came of it, with these of its events."""
        return replace(self, heard=heard, ordered={}, problems=list(problems), waiting=[])

    def refused(self) -> set[uuid.UUID]:
        """The events of which nothing could be written."""
        return {event.id for event, _code, _place in self.problems}

    def refuse(self, one: Heard, problem: Unreadable) -> None:
        """Nothing of this event is written, and why."""
        self.problems.append((one.event, problem.code, problem.place))


def desks(events: Sequence[Event], *, now: dt.datetime) -> Iterator[Desk]:
    """The events by source. What robots did is no shopping and is left out without a word."""
    by_source: dict[str, list[Heard]] = defaultdict(list)
    for event in events:
        kind = names.kind(event.name)
        if kind and not _is_robot(event):
            person = None if event.customer_id in buckets.ALL else event.customer_id
            by_source[event.source].append(Heard(event, kind, person))
    people = {one.person for heard in by_source.values() for one in heard if one.person}
    known = frozenset(Customer.objects.filter(id__in=people, status=Status.KNOWN).values_list("id", flat=True))
    sources = {source.key: source for source in Source.objects.filter(key__in=by_source)}
    fronts = {
        front.source_id: front
        for front in Storefront.objects.filter(source__key__in=by_source).select_related("orders_of")
    }
    for key, heard in sorted(by_source.items()):
        source = sources.get(key) or Source(key=key, name=key)  # deleted since: its key still names its facts
        is_public = key not in sources or bool(source.allowed_origins)
        pages = frozenset(source.allowed_origins)
        front = fronts.get(source.id)
        if front is None:
            yield Desk(source, now, heard, known, is_public=is_public, pages=pages)
        else:
            yield Desk(front.orders_of, now, heard, known, front.number_prefix, front.takes_orders, is_public, pages)


def learn(desk: Desk) -> None:
    """What these events say of products. Where anybody may have written them, their addresses are of the shop's own
    hosts: nobody leads staff and customers to another one.
    """
    told = []
    foreign: set[str] = set()
    for one in desk.heard:
        try:
            rows = articles.products(one.body)
            shared = articles.currency(one.body)
            found = [article for row in rows if (article := articles.article(row, shared=shared)) is not None]
            kept = [articles.of_hosts(article, desk.pages) if desk.is_public else article for article in found]
            told += [(article, one.at) for article in kept]
            for article, own in zip(found, kept, strict=True):
                if own is not article:
                    foreign |= articles.foreign_hosts(article, own)
        except Unreadable:
            continue  # whoever reads the event for what it is about says so
    products.hear(told, now=desk.now)
    if foreign and desk.pages:
        foreign_hosts.note(desk.heard[0].event.source, foreign)


def _is_robot(event: Event) -> bool:
    surroundings = event.properties.get("$context")
    return isinstance(surroundings, dict) and bool(surroundings.get("bot"))
