"""Products of Shopify: one article per variant."""

from collections.abc import Sequence

from commerce.hooks import reading
from commerce.hooks.facts import Article, Fact, ProductTold
from commerce.hooks.reading import Body, Telling
from commerce.hooks.shopify import orders

ONLY = "Default Title"
"""What Shopify calls the variant of a product without variants."""


def told(body: Body, telling: Telling) -> Sequence[Fact]:
    """A product made or changed."""
    title, articles = reading.text(body, "title", longest=250), []
    for variant in reading.rows(body, "variants"):
        label = reading.text(variant, "title", longest=48)
        sku = orders.sku({**variant, "variant_id": variant.get("id")}, telling)
        shared = {
            "name": title if label in {"", ONLY} else f"{title} - {label}",
            "category": reading.text(body, "product_type", longest=200),
            "brand": reading.text(body, "vendor", longest=120),
        }
        if sku:
            articles.append(Article(sku, reading.filled(shared), price=reading.not_below_zero(variant, "price")))
    return [ProductTold(reading.number(body, "id"), orders.moment_of(body, telling), tuple(articles))]


def deleted(body: Body, telling: Telling) -> Sequence[Fact]:
    """A product that is not sold any more stays: orders name it. A late update must not change it again."""
    return [ProductTold(reading.number(body, "id"), telling.received_at, ())]
