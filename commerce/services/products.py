"""Writing products: by hand or by file under their SKU, and learning new ones from the lines of orders."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cdp.core import audit, ids
from cdp.core.actors import Actor
from commerce.models import Product
from commerce.rules.inputs import LineInput
from commerce.tracking.articles import Article

FIELDS = ("name", "category", "brand", "price", "currency", "warranty_months")
TRACKED = ("name", "category", "brand", "price", "currency", "url", "image_url")


class UnableToWriteProduct(Exception):
    """A product that cannot be written: its message says why."""


def write(*, sku: str, values: Mapping[str, Any], actor: Actor, now: datetime) -> tuple[Product, bool]:
    """Create or change the product of that SKU; only the fields in `values` change. Returns it and whether it is new.

    `values` may name FIELDS. Raises UnableToWriteProduct for a price without a currency.
    """
    with transaction.atomic():
        is_new = _insert([(sku, "", "")], now=now) == 1
        product = Product.objects.select_for_update().get(sku=sku)
        changes = {
            field: [getattr(product, field), values[field]]
            for field in FIELDS
            if field in values and values[field] != getattr(product, field)
        }
        for field, (_old, value) in changes.items():
            setattr(product, field, value)
        if product.price is not None and not product.currency:
            raise UnableToWriteProduct(_("A price needs a currency."))
        if changes or is_new or product.written_at is None:
            product.updated_at = product.written_at = now
            product.save(update_fields=[*changes, "updated_at", "written_at"])
            audit.record(
                audit.Action.PRODUCT_WRITTEN,
                actor=actor,
                at=now,
                subject=product.id,
                details={"sku": sku, "new": is_new}
                | {field: [str(old), str(new)] for field, (old, new) in changes.items()},
            )
    return product, is_new


def learn(lines: Iterable[LineInput], *, now: datetime) -> None:
    """Make products that order lines name for the first time, and fill in names and categories that are blank.

    What somebody wrote stays: lines never overwrite. Three statements at most; none that writes when all is known.
    """
    told: dict[str, tuple[str, str]] = {}
    for line in lines:
        if line.sku:
            name, category = told.get(line.sku, ("", ""))
            told[line.sku] = (name or line.name, category or line.category)
    if not told:
        return
    known = {product.sku: product for product in Product.objects.filter(sku__in=told)}
    _insert(sorted((sku, *words) for sku, words in told.items() if sku not in known), now=now)
    filled = []
    for sku, product in sorted(known.items()):
        name, category = told[sku]
        if (name and not product.name) or (category and not product.category):
            product.name, product.category = product.name or name, product.category or category
            product.updated_at = now
            filled.append(product)
    if filled:
        Product.objects.bulk_update(filled, ["name", "category", "updated_at"])


def hear(articles: Iterable[tuple[Article, datetime]], *, now: datetime) -> int:
    """What browsers say of products, each with the time of its event. Returns how many products changed.

    A product that somebody who answers for the catalogue wrote keeps what they wrote, blanks are filled; one that only
    lines and browsers told follows the newest event. Nothing is written where nothing is news: a look at a product
    takes no lock on it.
    """
    told: dict[str, tuple[dict[str, Any], datetime]] = {}
    for article, at in sorted(articles, key=lambda one: one[1]):
        values, _at = told.get(article.sku, ({}, at))
        said = {field: value for field in TRACKED if (value := getattr(article, field)) not in {"", None}}
        told[article.sku] = (values | said, at)
    if not told:
        return 0
    known = set(Product.objects.filter(sku__in=told).values_list("sku", flat=True))
    _insert(sorted((sku, "", "") for sku in told if sku not in known), now=now)
    changed = []
    for product in Product.objects.filter(sku__in=told).order_by("sku"):
        if _heard(product, *told[product.sku]):
            product.updated_at = now
            changed.append(product)
    if changed:
        Product.objects.bulk_update(changed, [*TRACKED, "tracked_at", "updated_at"])
    return len(changed)


def _heard(product: Product, values: Mapping[str, Any], at: datetime) -> bool:
    """Take over what is news; whether anything was."""
    may_replace = product.written_at is None and (product.tracked_at is None or at >= product.tracked_at)
    is_news = False
    if product.price is not None and not may_replace:  # a price and its currency go together
        values = {field: value for field, value in values.items() if field not in {"price", "currency"}}
    for field, value in values.items():
        before = getattr(product, field)
        if before != value and (may_replace or before in {"", None}):
            setattr(product, field, value)
            is_news = True
    if is_news:
        product.tracked_at = max(filter(None, (product.tracked_at, at)))
    return is_news


def _insert(new: list[tuple[str, str, str]], *, now: datetime) -> int:
    """Insert (sku, name, category) rows that are not there; returns how many were new."""
    if not new:
        return 0
    skus, names, categories = (list(column) for column in zip(*new, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO commerce_product (id, sku, name, category, brand, currency, created_at, updated_at)
            SELECT id, sku, name, category, '', '', %s, %s
            FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS new (id, sku, name, category)
            ON CONFLICT (sku) DO NOTHING
            """,
            [now, now, [ids.uuid7() for _ in new], skus, names, categories],
        )
        return cursor.rowcount
