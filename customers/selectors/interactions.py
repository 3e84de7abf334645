"""Calls, visits and chats: on the timeline, by topic, and what was promised in them."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Count
from django.utils.translation import get_language, gettext

from cdp.core import timeline
from cdp.core.models import User
from cdp.core.open_things import OpenThing
from customers.models import Interaction, InteractionTopic

TABLE = "customers_interaction"
ICONS = {"call": "phone", "visit": "building-store", "chat": "messages"}
MOST_PROMISES = 5


def topics(language: str, *, with_old: bool = False) -> list[tuple[str, str]]:
    """The topics in use by key, in the shop's order, in that language (English where the shop wrote no other)."""
    rows = InteractionTopic.objects.all() if with_old else InteractionTopic.objects.filter(is_active=True)
    return [(row.key, _in_language(row.name, language) or row.key) for row in rows]


def entries(question: timeline.Question) -> list[timeline.Entry]:
    """What people came with; `data` has topic, outcome, text and who spoke with them."""
    found = Interaction.objects.filter(customer_id__in=list(question.customers))
    if question.before:
        found = found.filter(started_at__lt=question.before)
    rows = list(found.order_by("-started_at", "-id")[: question.limit])
    if not rows:
        return []
    named = dict(topics(get_language() or "en", with_old=True))
    authors = _authors({row.author_id for row in rows if row.author_id})
    return [
        timeline.Entry(
            id=str(row.id),
            at=row.started_at,
            kind=row.kind,
            title=title(row, named),
            source=row.source,
            is_private=True,
            icon=ICONS[row.kind],
            data={
                "text": question.keyring.open(row.text, table=TABLE, column="text", row=row.id),
                "author": authors.get(row.author_id, "") if row.author_id else "",
                "direction": row.direction,
                "topic": row.topic,
                "outcome": row.outcome,
            },
        )
        for row in rows
    ]


def title(row: Interaction, named: Mapping[str, str]) -> str:
    """The talk in a line: what kind, about what, with which outcome."""
    kind = str(Interaction.Kind(row.kind).label)
    about = named.get(row.topic, row.topic)
    words = gettext("%(kind)s: %(topic)s") % {"kind": kind, "topic": about} if about else kind
    return f"{words} · {Interaction.Outcome(row.outcome).label}" if row.outcome else words


def promised(lineage: Sequence[uuid.UUID]) -> list[OpenThing]:
    """What was promised to somebody and not yet done, the next first."""
    rows = Interaction.objects.filter(
        customer_id__in=list(lineage), follow_up_on__isnull=False, followed_up_at__isnull=True
    ).order_by("follow_up_on")[:MOST_PROMISES]
    named = dict(topics(get_language() or "en", with_old=True)) if rows else {}
    return [
        OpenThing(
            title=gettext("Promised: %(topic)s") % {"topic": named.get(row.topic) or gettext("get back to them")},
            at=row.started_at,
            icon="calendar-due",
            day=row.follow_up_on,
            done=f"promise:{row.id}",
        )
        for row in rows
    ]


def by_topic(since: datetime, until: datetime) -> list[tuple[str, int]]:
    """How many talks there were about each topic, half-open, the most frequent first."""
    rows = Interaction.objects.filter(started_at__gte=since, started_at__lt=until).values_list("topic")
    return [(topic, count) for topic, count in rows.annotate(count=Count("id")).order_by("-count", "topic")]


def _authors(ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    return {user.id: str(user) for user in User.objects.filter(id__in=ids)} if ids else {}


def _in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language[:2]) or texts.get(settings.LANGUAGE_CODE) or ""
