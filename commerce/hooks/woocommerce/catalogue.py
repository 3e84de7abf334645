"""Products of WooCommerce. A variation is a product of its own with a name of its own."""

from collections.abc import Sequence

from commerce.hooks import reading
from commerce.hooks.facts import Article, Fact, ProductTold
from commerce.hooks.reading import Body, Telling
from commerce.hooks.woocommerce import clocks, orders


def told(body: Body, telling: Telling) -> Sequence[Fact]:
    """A product made, changed or brought back."""
    number = reading.number(body, "id")
    categories = [reading.words(row, "name", longest=200) for row in reading.rows(body, "categories")]
    brands = [reading.words(row, "name", longest=120) for row in reading.rows(body, "brands")]
    values = reading.filled(
        {
            "name": reading.words(body, "name"),
            "category": next(filter(None, categories), ""),
            "brand": next(filter(None, brands), ""),
        }
    )
    price = reading.money(body, "price")
    article = Article(orders.sku({**body, "product_id": number}, telling), values, price=price)
    return [ProductTold(number, clocks.modified(body, telling), (article,))]


def deleted(body: Body, telling: Telling) -> Sequence[Fact]:
    """A product that is not sold any more stays: orders name it. A late update must not change it again."""
    return [ProductTold(reading.number(body, "id"), telling.received_at, ())]
