"""All reviews for those who answer them: the queue, newest told first."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Avg, Count, Q, QuerySet

from cdp.core import pages
from cdp.core.crypto import subjects
from surveys.models import Review
from surveys.models.reviews import WAITS
from surveys.selectors import reviews
from surveys.selectors.reviews import TABLE, Read
from surveys.selectors.texts import readings

WAITING, ANSWERED = "waiting", "answered"
LOW = Decimal(2)
"""Stars of five up to which somebody is dissatisfied."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the queue. None of it identifies a person, so it may stand in addresses."""

    state: str = ""
    stars: str = ""
    sku: str = ""
    sentiment: str = ""


def listed(filters: Filters) -> QuerySet[Review]:
    """The reviews that pass the filters, in no order."""
    rows = Review.objects.all()
    if filters.state == WAITING:
        rows = rows.filter(WAITS)
    elif filters.state == ANSWERED:
        rows = rows.exclude(replied_at=None)
    if filters.stars == "low":
        rows = rows.filter(rating__lte=LOW)
    elif filters.stars == "middle":
        rows = rows.filter(rating__gt=LOW, rating__lt=4)
    elif filters.stars == "high":
        rows = rows.filter(rating__gte=4)
    if filters.sku:
        rows = rows.filter(sku=filters.sku)
    if filters.sentiment:
        rows = readings.felt_so(rows, "review", filters.sentiment)
    return rows


def page(
    filters: Filters, *, older_than: uuid.UUID | None = None, newer_than: uuid.UUID | None = None
) -> pages.Page[Review]:
    """The page after `older_than`, or before `newer_than`, or the first."""
    return pages.page(listed(filters), older_than=older_than, newer_than=newer_than)


def count(filters: Filters) -> tuple[int, bool]:
    """How many pass the filters, and whether that is all of them."""
    return pages.count(listed(filters))


@dataclass(frozen=True, slots=True)
class Stars:
    """How many stars reviews have: their mean, how many of them have any, and of each number of whole stars (five
    first) how many and their share in percent. `is_all`: false where only the newest were looked at.
    """

    mean: Decimal
    number: int
    bars: Sequence[tuple[int, int, float]]
    is_all: bool


def stars(filters: Filters) -> Stars | None:
    """The stars of the reviews that pass the filters, of the newest pages.COUNTED of them; None where none has any."""
    rated = listed(filters).exclude(rating=None).order_by("-id").values("rating")[: pages.COUNTED]
    half = Decimal("0.5")
    found = rated.aggregate(
        mean=Avg("rating"),
        number=Count("rating"),
        # Whole stars as they are drawn (reviews.Read.stars): half ones rounded up.
        **{
            f"of_{whole}": Count("rating", filter=Q(rating__gte=whole - half, rating__lt=whole + half))
            for whole in range(6)
        },
    )
    number = found["number"]
    if not number:
        return None
    counts = [(1, found["of_0"] + found["of_1"]), *((whole, found[f"of_{whole}"]) for whole in range(2, 6))]
    bars = [(whole, count, 100 * count / number) for whole, count in reversed(counts)]
    return Stars(found["mean"], number, bars, is_all=number < pages.COUNTED)


def any_at_all() -> bool:
    """Whether any review ever came."""
    return Review.objects.exists()


def opened(rows: Sequence[Review]) -> list[Read]:
    """These reviews as people read them, in the same order; three queries."""
    return reviews.opened(rows, subjects.load({row.customer_id for row in rows}))


def find(customer: uuid.UUID, review: uuid.UUID) -> Review | None:
    """One review of a customer (or of nobody: of one of the bucket customers)."""
    return Review.objects.filter(customer_id=customer, id=review).first()


def reply(row: Review) -> str:
    """What the shop answered, where it was written here."""
    return subjects.load([row.customer_id]).open(row.reply, table=TABLE, column="reply", row=row.id)
