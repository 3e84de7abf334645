"""Entering and leaving segments as entries of a customer's timeline."""

from django.utils.translation import gettext

from analytics.models import Segment, SegmentChange
from analytics.selectors import segments
from cdp.core.timeline import Entry, Question


def entries(question: Question) -> list[Entry]:
    """One entry per segment entered or left."""
    changes = segments.changes_of(question.customers, before=question.before, limit=question.limit)
    known = Segment.objects.in_bulk({change.segment_id for change in changes})
    return [
        Entry(
            id=str(change.id),
            at=change.at,
            kind="segment",
            title=_title(known[change.segment_id].shown_name, change),
            icon="segments",
            data={
                "segment": known[change.segment_id].key,
                "entered": change.entered,
                "version": change.version,
                "reason": change.reason,
            },
        )
        for change in changes
        if change.segment_id in known
    ]


def _title(name: str, change: SegmentChange) -> str:
    if change.reason == SegmentChange.NOT_PROFILED:
        return gettext("Left “%(segment)s”: no profiling of this person any more") % {"segment": name}
    return (gettext("Entered “%(segment)s”") if change.entered else gettext("Left “%(segment)s”")) % {"segment": name}
