"""Reading products with their figures: a list that is searched, filtered, sorted and paged by key; one product."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection

from analytics.models import ProductFigures
from commerce.models import Product

PAGE = 50
MOST_CATEGORIES = 200
# What the list can be sorted by: the expression, and the type of its cursor. All run downwards except the name; the SKU
# breaks ties.
_SORTS: Mapping[str, tuple[str, str, str]] = {
    "revenue": ("coalesce(f.revenue, 0)", "numeric", "<"),
    "units": ("coalesce(f.units, 0)", "numeric", "<"),
    "returned": ("coalesce(f.returned / nullif(f.units, 0), 0)", "numeric", "<"),
    "rating": ("coalesce(f.rating, 0)", "numeric", "<"),
    "last_sold": ("coalesce(extract(epoch FROM f.last_sold_at), 0)", "numeric", "<"),
    "name": ("lower(coalesce(nullif(p.name, ''), p.sku))", "text", ">"),
}
SORTS = tuple(_SORTS)


@dataclass(frozen=True, slots=True)
class Listed:
    """A product with its figures; `units` and the like are zero where nothing was sold."""

    id: uuid.UUID
    sku: str
    name: str
    category: str
    brand: str
    price: Decimal | None
    currency: str
    units: Decimal
    revenue: Decimal
    is_unrated: bool
    returned: Decimal
    last_sold_at: dt.datetime | None
    reviews: int
    rating: Decimal | None
    cursor: str

    @property
    def returned_share(self) -> float | None:
        """Returned units of sold ones; None where nothing was sold."""
        return float(self.returned / self.units) if self.units else None


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `after` is where the next one starts, empty on the last."""

    rows: Sequence[Listed]
    after: str


class BadCursor(ValueError):
    """The place to go on from cannot be read."""


def listed(*, query: str = "", category: str = "", sort: str = "revenue", after: str = "", size: int = PAGE) -> Page:
    """Products whose SKU begins with `query` or whose name holds it, of a category. Raises BadCursor.

    A shop has thousands of products, not millions: one pass with a heap of a page's size (50,000: under 0.1 s).
    """
    expression, kind, sign = _SORTS[sort]
    direction = "DESC" if sign == "<" else "ASC"
    conditions = ["true"]
    values: dict[str, Any] = {"size": size + 1, "query": query, "category": category}
    if query:
        conditions.append(
            "(starts_with(lower(p.sku), lower(%(query)s)) OR strpos(lower(p.name), lower(%(query)s)) > 0)"
        )
    if category:
        conditions.append("p.category = %(category)s")
    if after:
        values["at"], values["sku"] = _read(after, kind)
        conditions.append(f"({expression} {sign} %(at)s::{kind} OR {expression} = %(at)s::{kind} AND p.sku > %(sku)s)")
    statement = f"""
        SELECT p.id, p.sku, p.name, p.category, p.brand, p.price, p.currency,
               coalesce(f.units, 0), coalesce(f.revenue, 0), coalesce(f.is_unrated, false), coalesce(f.returned, 0),
               f.last_sold_at, coalesce(f.reviews, 0), f.rating, ({expression})::text
        FROM commerce_product p LEFT JOIN analytics_productfigures f ON f.sku = p.sku
        WHERE {" AND ".join(conditions)}
        ORDER BY {expression} {direction}, p.sku LIMIT %(size)s
    """  # noqa: S608  (parts of this module; what people typed travels as values)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = [Listed(*(*row[:-1], json.dumps([row[-1], row[1]]))) for row in cursor.fetchall()]
    shown = rows[:size]
    return Page(shown, shown[-1].cursor if len(rows) > size else "")


def _read(after: str, kind: str) -> tuple[str, str]:
    try:
        at, sku = json.loads(after)
        if not isinstance(at, str) or not isinstance(sku, str) or "\0" in at + sku:
            raise BadCursor
        if kind == "numeric" and not Decimal(at).is_finite():
            raise BadCursor
    except (ValueError, TypeError, InvalidOperation, RecursionError) as error:
        raise BadCursor from error
    return at, sku


def categories() -> list[str]:
    """The categories in use, by name."""
    found = Product.objects.exclude(category="").order_by("category").values_list("category", flat=True).distinct()
    return list(found[:MOST_CATEGORIES])


def counted_at() -> dt.datetime | None:
    """When the figures were counted last; None before the first time."""
    return ProductFigures.objects.order_by("-counted_at").values_list("counted_at", flat=True).first()


def figures(sku: str) -> ProductFigures | None:
    """The figures of one SKU; None where nothing of it was sold or returned."""
    return ProductFigures.objects.filter(sku=sku).first()


def months(found: ProductFigures | None, *, today: dt.date, count: int = 12) -> list[tuple[dt.date, float]]:
    """Units sold in each of the last months, the present one last."""
    present = today.year * 12 + today.month - 1
    told: dict[str, Any] = found.months if found else {}
    days = [dt.date(number // 12, number % 12 + 1, 1) for number in range(present - count + 1, present + 1)]
    return [(day, float(told.get(f"{day:%Y-%m}", 0))) for day in days]
