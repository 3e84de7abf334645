"""What was read in texts, for pages that show them."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from surveys.models import AnonymousReading, Reading, Sentiment
from surveys.rules.understanding import reader


@dataclass(frozen=True)
class Felt:
    """How a text was read. `share` is the probability of its sentiment in percent; None where none was read."""

    language: str
    sentiment: str
    share: int | None

    @property
    def label(self) -> str | Promise:
        """The sentiment in words; empty where none was read."""
        return Sentiment(self.sentiment).label if self.sentiment else ""


def of(kind: str, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Felt]:
    """How these texts were read by the model in force; those that wait are left out."""
    rows = Reading.objects.filter(text_id__in=list(ids), kind=kind, model__in=reader.versions()) if ids else ()
    return {row.text_id: _felt(row) for row in rows}


def of_nobody(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Felt]:
    """The same of anonymous answers."""
    rows = AnonymousReading.objects.filter(id__in=list(ids), model__in=reader.versions()) if ids else ()
    return {row.id: _felt(row) for row in rows}


def _felt(row: Reading | AnonymousReading) -> Felt:
    share = getattr(row, row.sentiment) if row.sentiment else None
    return Felt(row.language, row.sentiment, None if share is None else round(share / 10))
