"""How the latest texts of one customer feel, for their page."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from cdp.core import panels
from consent.selectors import profiling
from surveys.models import Reading, Sentiment
from surveys.rules.understanding import reader
from surveys.selectors.texts import sources
from surveys.selectors.texts.themes import Split

LATEST, SHOWN = 20, 4
"""Texts that are looked back over, and those that are listed."""
_PAGES = {"review": "voice:review", "ticket": "voice:ticket"}
"""Kinds whose texts have a page of their own, named by their parent."""


@dataclass(frozen=True, slots=True)
class Latest:
    """One text: where it stands, when it was written and how it feels. `url` is its page, "" for none."""

    kind: str | Promise
    at: datetime
    sentiment: str
    share: int
    url: str

    @property
    def label(self) -> str | Promise:
        """The feeling in words."""
        return Sentiment(self.sentiment).label


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """The feeling of the latest texts, newest first, and of all of them in the order of time. None where nothing was
    read, and of whom nothing may be worked out: what was read before they said so is not shown while it waits to go.
    """
    rows = list(
        Reading.objects.filter(customer_id__in=question.lineage, model__in=reader.versions())
        .exclude(sentiment="")
        .order_by("-at", "-text_id")[:LATEST]
    )
    if not rows or profiling.stopped(question.lineage, now=question.now):
        return None
    split = Split()
    for row in rows:
        split = split.plus(row.sentiment, 1)
    latest = [_latest(row) for row in rows]
    return {"newest": latest[0], "latest": latest[:SHOWN], "course": latest[::-1], "split": split}


def _latest(row: Reading) -> Latest:
    source = sources.declared().get(row.kind)
    page = _PAGES.get(row.kind)
    return Latest(
        kind=source.label if source else row.kind,
        at=row.at,
        sentiment=row.sentiment,
        share=round(getattr(row, row.sentiment) / 10),
        url=_url(page, row.customer_id, row.parent_id) if page else "",
    )


def _url(page: str, customer: uuid.UUID, parent: uuid.UUID) -> str:
    return reverse(page, args=[customer, parent])
