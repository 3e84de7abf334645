"""Reading reviews: for the page of one customer and the timeline."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count
from django.utils.formats import number_format
from django.utils.translation import gettext

from cdp.core import panels
from cdp.core.crypto import subjects
from cdp.core.timeline import Entry, Question
from commerce.models import Product
from surveys.models import Review

TABLE = "surveys_review"
SHOWN = 3
EXCERPT = 280


@dataclass(frozen=True, slots=True)
class Read:
    """A review as people read it. `stars` are whole ones, `name` the article's."""

    id: uuid.UUID
    sku: str
    name: str
    rating: Decimal | None
    title: str
    body: str
    at: datetime
    source: str
    is_replied: bool

    @property
    def stars(self) -> int:
        """Whole stars, half ones rounded up."""
        return int((self.rating or 0) + Decimal("0.5"))


def newest(
    customers: Sequence[uuid.UUID], keyring: subjects.Keyring, *, limit: int, before: datetime | None = None
) -> list[Read]:
    """The newest reviews of a lineage; two queries."""
    found = Review.objects.filter(customer_id__in=customers)
    if before is not None:
        found = found.filter(at__lt=before)
    return opened(list(found.order_by("-at", "-id")[:limit]), keyring)


def opened(rows: Sequence[Review], keyring: subjects.Keyring) -> list[Read]:
    """These reviews as people read them, in the same order; one query."""
    names = dict(Product.objects.filter(sku__in={row.sku for row in rows}).values_list("sku", "name")) if rows else {}
    return [
        Read(
            id=row.id,
            sku=row.sku,
            name=names.get(row.sku) or row.sku or gettext("The shop"),  # a form may be about no article
            rating=row.rating,
            title=keyring.open(row.title, table=TABLE, column="title", row=row.id),
            body=keyring.open(row.body, table=TABLE, column="body", row=row.id),
            at=row.at,
            source=row.source,
            is_replied=row.replied_at is not None,
        )
        for row in rows
    ]


def told(question: Question) -> list[Entry]:
    """One entry per review."""
    entries = []
    for one in newest(question.customers, question.keyring, limit=question.limit, before=question.before):
        if one.rating is None:
            title = gettext("Reviewed %(name)s") % {"name": one.name}
        else:
            shown = number_format(one.rating.normalize())
            title = gettext("Rated %(name)s: %(rating)s of 5") % {"name": one.name, "rating": shown}
        entries.append(
            Entry(
                id=str(one.id),
                at=one.at,
                kind="review",
                title=title,
                source=one.source,
                icon="star",
                data={
                    "review": str(one.id),
                    "sku": one.sku,
                    "name": one.name,
                    "rating": None if one.rating is None else str(one.rating),
                    "title": one.title,
                    "text": one.body,
                    "is_replied": one.is_replied,
                },
            )
        )
    return entries


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """How many reviews somebody wrote, how they rate, the newest; None where there are none."""
    figures = Review.objects.filter(customer_id__in=question.lineage).aggregate(count=Count("id"), mean=Avg("rating"))
    if not figures["count"]:
        return None
    return {
        "count": figures["count"],
        "mean": None if figures["mean"] is None else Decimal(figures["mean"]).quantize(Decimal("0.1")),
        "reviews": newest(question.lineage, question.keyring, limit=SHOWN),
        "excerpt": EXCERPT,
    }
