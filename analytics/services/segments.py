"""Segments as staff and storefronts define them. Membership is the business of `services.membership`."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.text import format_lazy, slugify
from django.utils.translation import gettext_lazy as _

from analytics.models import Segment
from analytics.rules import definitions, tree
from analytics.rules.problems import InvalidRules, RuleProblem
from analytics.selectors import audiences, segments
from analytics.services import membership
from cdp.core import audit, ids
from cdp.core.actors import Actor
from customers.services import buckets

_DEFINING = 0x0CDA_DEF1
LONGEST_KEY = 60
RESERVED_KEYS = frozenset({"new", "count", "parts", "preview"})
"""Words that stand for pages and actions where a segment's key would stand in an address."""


class UnableToCreateSegment(Exception):
    """A live segment has that key."""


class UnableToArchiveSegment(Exception):
    """Other segments refer to it; the message names them."""


def create(*, name: str, rules: Any, actor: Actor, at: datetime, key: str = "", description: str = "") -> Segment:
    """Define a segment; without a key one is made from the name. It is due for its first refresh.

    The key of an archived segment may be used again: that segment comes back with the new rules.
    Raises InvalidRules, UnableToCreateSegment.
    """
    with transaction.atomic():
        _one_at_a_time()
        if key in RESERVED_KEYS:
            raise UnableToCreateSegment(key)
        key = key or _free_key(name)
        segment = Segment.objects.filter(key=key).first() or Segment(key=key)
        if not segment._state.adding and segment.archived_at is None:
            raise UnableToCreateSegment(key)
        if not segment._state.adding:
            membership.dissolve(segment, at)  # whom a drain judged in the moment of archiving
            segment.refresh_from_db()
        segment.archived_at = None
        return _write(segment, name=name, description=description, rules=rules, actor=actor, at=at)


def change(
    segment: Segment,
    *,
    actor: Actor,
    at: datetime,
    name: str | None = None,
    description: str | None = None,
    rules: Any = None,
) -> Segment:
    """Change what is given. New rules make the segment due for a refresh. Raises InvalidRules."""
    with transaction.atomic():
        _one_at_a_time()
        return _write(
            Segment.objects.get(id=segment.id),
            name=segment.name if name is None else name,
            description=segment.description if description is None else description,
            rules=segment.rules if rules is None else rules,
            actor=actor,
            at=at,
        )


def archive(segment: Segment, *, actor: Actor, at: datetime) -> None:
    """Take a segment out of use; nobody is in it any more, its history stays. Raises UnableToArchiveSegment."""
    with transaction.atomic():
        _one_at_a_time()
        users = [other.key for other in segments.live().exclude(id=segment.id) if segment.key in _references(other)]
        if users:
            raise UnableToArchiveSegment(", ".join(users))
        Segment.objects.filter(id=segment.id).update(archived_at=at, refreshed_at=None)
        membership.dissolve(segment, at)
        audit.record(
            audit.Action.SEGMENT_ARCHIVED, actor=actor, at=at, subject=segment.id, details={"key": segment.key}
        )


def update(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Pipeline step: judge these customers by all live segments."""
    membership.update(buckets.without(customers), now)


def _one_at_a_time() -> None:
    # Two definitions saved at once could otherwise refer to each other in a circle that neither saw.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_DEFINING])


def _write(segment: Segment, *, name: str, description: str, rules: Any, actor: Actor, at: datetime) -> Segment:
    rule = audiences.check(rules)
    _refuse_circles(segment.key, rule)
    document = definitions.plain(rules)
    version = definitions.version_of(document)
    if segment.version != version:
        segment.refreshed_at = None
    segment.name, segment.description, segment.rules, segment.version = name, description, document, version
    if segment._state.adding:
        segment.save()
    else:  # never the size: the pipeline may just be adding to it
        segment.save(update_fields=["name", "description", "rules", "version", "refreshed_at", "archived_at"])
    audit.record(
        audit.Action.SEGMENT_SAVED,
        actor=actor,
        at=at,
        subject=segment.id,
        details={"key": segment.key, "version": version},
    )
    return segment


def _refuse_circles(key: str, rule: tree.Rule) -> None:
    graph = {other.key: _references(other) for other in segments.live().exclude(key=key)}
    circles = [
        RuleProblem(
            f"{leaf.pointer}/segment",
            format_lazy(_("“{key}” would refer to itself through this segment."), key=key),
        )
        for leaf in tree.leaves(rule)
        if isinstance(leaf, tree.Member) and key in _reachable(leaf.segment, graph)
    ]
    if circles:
        raise InvalidRules(circles)


def _reachable(start: str, graph: dict[str, frozenset[str]]) -> set[str]:
    """`start` and every segment it stands on."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting += graph.get(key, ())
    return seen


def _references(segment: Segment) -> frozenset[str]:
    try:
        return tree.references(segments.rules_of(segment))
    except InvalidRules:  # rules of an older version of the product; they are reported when they are refreshed
        return frozenset()


def _free_key(name: str) -> str:
    """A key from the name; names without Latin letters, and taken ones, get a number of their own."""
    wanted = slugify(name)[: LONGEST_KEY - 9].strip("-")
    if wanted and wanted not in RESERVED_KEYS and not Segment.objects.filter(key=wanted).exists():
        return wanted
    return "-".join(part for part in (wanted or "segment", ids.uuid7().hex[-8:]) if part)
