"""Stored segments: which there are, who is in them, who entered and left."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from graphlib import TopologicalSorter

from django.db.models import QuerySet

from analytics.models import Segment, SegmentChange, SegmentMember
from analytics.rules import segment_rules, tree
from analytics.selectors import audiences
from cdp.core.audiences import UnknownAudience


def live() -> QuerySet[Segment]:
    """Segments in use, by name."""
    return Segment.objects.filter(archived_at__isnull=True)


def find(key: str) -> Segment | None:
    """A live segment by key."""
    return live().filter(key=key).first() if "\0" not in key else None  # no text of PostgreSQL holds a NUL


def shown_name(key: str) -> str:
    """The name of a live segment in the reader's language; empty without one."""
    found = find(key)
    return found.shown_name if found else ""


def choices() -> list[tuple[str, str]]:
    """Every live segment as key and name in the reader's language, by name."""
    return sorted(((row.key, str(row.shown_name)) for row in live()), key=lambda one: one[1].casefold())


def rules_of(segment: Segment) -> tree.Rule:
    """The tree of a stored segment. Names in the database are not checked again: what is gone matches nobody."""
    return segment_rules.parse(segment.rules)


def in_order(segments: Sequence[Segment]) -> list[tuple[Segment, tree.Rule]]:
    """Each segment with its tree, after all segments it refers to. Raises InvalidRules, graphlib.CycleError."""
    trees = {segment.key: (segment, rules_of(segment)) for segment in segments}
    graph = {key: tree.references(rule) & trees.keys() for key, (_segment, rule) in trees.items()}
    return [trees[key] for key in TopologicalSorter(graph).static_order()]


def members(segment: Segment) -> QuerySet[SegmentMember]:
    """Who is in it now, for pages by `customer_id` (the index is (segment_id, customer_id))."""
    return SegmentMember.objects.filter(segment_id=segment.id)


def member_ids(key: str) -> QuerySet[SegmentMember, uuid.UUID]:
    """The ids of the members, to filter customers by: `id__in=…`. Raises UnknownAudience."""
    segment = find(key)
    if segment is None:
        raise UnknownAudience(key)
    return members(segment).values_list("customer_id", flat=True)


def of_customer(customer: uuid.UUID) -> list[tuple[Segment, datetime]]:
    """The live segments a customer is in, by name, each with the moment of entering."""
    entered = dict(SegmentMember.objects.filter(customer_id=customer).values_list("segment_id", "entered_at"))
    return [(segment, entered[segment.id]) for segment in live().filter(id__in=entered)]


def changes(segment: Segment, *, since: datetime) -> QuerySet[SegmentChange]:
    """Who entered and left since then, newest first."""
    return SegmentChange.objects.filter(segment_id=segment.id, at__gte=since).order_by("-id")


def changes_of(customers: Sequence[uuid.UUID], *, before: datetime | None, limit: int) -> list[SegmentChange]:
    """What these customers entered and left, newest first, for the timeline."""
    found = SegmentChange.objects.filter(customer_id__in=customers)
    if before is not None:
        found = found.filter(at__lt=before)
    return list(found.order_by("-at", "-id")[:limit])


def why(customer: uuid.UUID, segment: Segment, now: datetime) -> audiences.Verdict | None:
    """The verdict on every part of a segment's rule for one customer; None for somebody who is not a known customer."""
    return audiences.why(customer, rules_of(segment), now)
