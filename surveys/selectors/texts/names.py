"""The names that texts are searched for: the shop's list of brands, and its articles."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Max

from commerce.models import Product
from surveys.models import Brand, Mention
from surveys.rules.understanding import naming

MOST_PRODUCTS = 20_000
"""Articles whose names are looked for, the newest; of more than that, texts are searched for no older ones."""
SHORTEST_NAME = 4
_made: dict[str, tuple[Any, naming.Names]] = {}


def version() -> int:
    """A number that changes with the list of brands. A changed list is searched for in texts that were read before;
    a new article only in those that come.
    """
    told = sorted((str(brand.id), brand.name, brand.spellings, brand.whose) for brand in Brand.objects.all())
    return int.from_bytes(hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).digest()[:8], "big") >> 1


def searchers() -> Mapping[str, naming.Names]:
    """What finds brands (by id) and articles (by SKU). Made again only when a list has changed."""
    return {Mention.About.BRAND.value: _brands(), Mention.About.PRODUCT.value: _products()}


def rivals() -> frozenset[str]:
    """Which brands are competitors, by id: who finds them better is not content with us."""
    return frozenset(
        str(row) for row in Brand.objects.filter(whose=Brand.Whose.COMPETITOR).values_list("id", flat=True)
    )


def called() -> Mapping[str, str]:
    """What each brand is called, by its id; an article is its SKU."""
    return {str(brand.id): brand.name for brand in Brand.objects.all()}


def _brands() -> naming.Names:
    rows = list(Brand.objects.all())
    key = sorted((str(row.id), row.name, tuple(row.spellings)) for row in rows)
    return _kept(
        "brands", key, lambda: naming.names((name, str(row.id)) for row in rows for name in (row.name, *row.spellings))
    )


def _products() -> naming.Names:
    key = tuple(Product.objects.aggregate(count=Count("id"), newest=Max("updated_at")).values())

    def make() -> naming.Names:
        rows = Product.objects.order_by("-created_at").values_list("sku", "name")[:MOST_PRODUCTS]
        return naming.names(
            (spelt, sku)
            for sku, name in rows
            for spelt in (sku, name)
            # A number alone is a price or a date as often as an article.
            if len(spelt) >= SHORTEST_NAME and not spelt.isdigit()
        )

    return _kept("products", key, make)


def _kept(what: str, key: Any, make: Any) -> naming.Names:
    known = _made.get(what)
    if known is None or known[0] != key:
        known = _made[what] = (key, make())
    return known[1]
