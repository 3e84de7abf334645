"""Talks of one person: entries of their history, and a panel on their page.

That somebody took part is told to everybody who sees the customer; their words to those who may read quotes.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from cdp.core import panels
from cdp.core.timeline import Entry, Question
from surveys.models import Participant, Quote, Testimonial
from surveys.selectors.interviews import guides, shown, talks

SHOWN = 3
EXCERPT = 280


def told(question: Question) -> list[Entry]:
    """One entry for each talk; a day has no hour, so it stands at noon of the shop's day."""
    rows = Participant.objects.filter(customer_id__in=question.customers)
    if question.before is not None:
        rows = rows.filter(held_on__lte=timezone.localdate(question.before))
    dated = [(row, _noon(row.held_on)) for row in rows.order_by("-held_on", "id")[: question.limit]]
    found = [(row, at) for row, at in dated if question.before is None or at < question.before]
    if not found:
        return []
    titles = guides.titles({row.guide_id for row, _at in found})
    return [
        Entry(
            id=str(row.id),
            at=at,
            kind="interview",
            title=gettext("Talked with us: “%(guide)s”") % {"guide": titles.get(row.guide_id, "")},
            icon="message",
            data={"interview": str(row.interview_id), "seat": row.seat, "language": row.language},
        )
        for row, at in found
    ]


def _noon(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """How often they talked with us, what they said, and what of it is shown; None where they never did."""
    rows = list(Participant.objects.filter(customer_id__in=question.lineage).order_by("-held_on", "id")[:SHOWN])
    may_hold = question.reader.can("customers.edit")
    if not rows:
        return None
    may_read = question.reader.can("customers.reveal")
    titles = guides.titles({row.guide_id for row in rows})
    quotes = Quote.objects.filter(customer_id__in=question.lineage).order_by("-held_on", "id")
    praised = Testimonial.objects.filter(customer_id__in=question.lineage).order_by("-asked_at", "-id")
    return {
        "customer": question.customer,
        "talks": [{"row": row, "title": titles.get(row.guide_id, "")} for row in rows],
        "quotes": talks.opened(list(quotes[:SHOWN])) if may_read else [],
        "quote_count": quotes.count(),
        "testimonials": shown.opened(list(praised[:SHOWN]), at=question.now),
        "may_read": may_read,
        "may_hold": may_hold,
        "excerpt": EXCERPT,
    }
