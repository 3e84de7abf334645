"""What was read in texts, for pages that show them."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet
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


Row = TypeVar("Row", bound=Model)


def felt_so(rows: QuerySet[Row], kind: str, sentiment: str) -> QuerySet[Row]:
    """Those of these texts (by their id and customer_id) that were read so by the model in force."""
    read = Reading.objects.filter(
        customer_id=OuterRef("customer_id"), kind=kind, text_id=OuterRef("id"), model__in=reader.versions()
    )
    return rows.filter(Exists(read.filter(sentiment=sentiment)))


def felt_last_so(rows: QuerySet[Row], kind: str, sentiment: str) -> QuerySet[Row]:
    """Those of these tickets whose newest text with a feeling was read so (`is_last` is told of tickets alone)."""
    last = Reading.objects.filter(kind=kind, sentiment=sentiment, is_last=True, model__in=reader.versions())
    return rows.filter(Exists(last.filter(customer_id=OuterRef("customer_id"), parent_id=OuterRef("id"))))


def last_of(kind: str, customers: Collection[uuid.UUID], parents: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Felt]:
    """The newest feeling in the texts of each of these parents, which are of these customers."""
    rows = (
        Reading.objects.filter(
            customer_id__in=list(customers), kind=kind, parent_id__in=list(parents), model__in=reader.versions()
        )
        .exclude(sentiment="")
        .order_by("parent_id", "-at", "-text_id")
        .distinct("parent_id")
    )
    return {row.parent_id: _felt(row) for row in rows}


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
