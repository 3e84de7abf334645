"""Products and lines of events. Prices come as numbers or texts, currencies in any case."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from cdp.core.files import values
from cdp.core.files.problems import ValueProblem
from commerce.hooks import reading
from commerce.hooks.reading import Body, Unreadable
from commerce.rules.inputs import MOST_LINES, LineInput

ONE = Decimal(1)
HIGHEST = Decimal(10) ** 12  # more than an article can cost, and than its column holds
MOST_PIECES = Decimal(10) ** 8
_HOST = re.compile(r"https?://([a-z0-9.-]+)(?::\d+)?(?:/|\Z)")  # strict: browsers read a backslash as the path's begin


@dataclass(frozen=True, slots=True)
class Article:
    """What an event says of a product, apart from how it was bought. Empty means that it says nothing."""

    sku: str
    name: str = ""
    category: str = ""
    brand: str = ""
    price: Decimal | None = None
    currency: str = ""
    url: str = ""
    image_url: str = ""


def first(body: Body, *names: str, longest: int = 200) -> str:
    """The text under the first of these names that has one."""
    return next((found for name in names if (found := reading.text(body, name, longest=longest))), "")


def money(body: Body, name: str) -> Decimal | None:
    """An amount as a number or a text ("1,290.00", "฿350"); None where there is none."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            amount = values.decimal(value.strip())
        except ValueProblem as problem:
            if problem.code == "missing":
                return None
            raise Unreadable(name, "too_large" if problem.code == "too_large" else "not_a_number") from problem
        return reading.money({name: str(amount)}, name)
    return reading.money(body, name)


def not_below_zero(body: Body, name: str) -> Decimal | None:
    """An amount that cannot be negative."""
    amount = money(body, name)
    if amount is not None and amount < 0:
        raise Unreadable(name, "below_zero")
    return amount


def sku(body: Body) -> str:
    """What names the product: its SKU, else its id."""
    return first(body, "sku", "product_id", "productId", "id", longest=120)


def article(body: Body, *, shared: str = "") -> Article | None:
    """The product an event is about; None where it names none. What cannot be read of it is left out. `shared` is the
    currency that the event names for all of its products.
    """
    named = sku(body)
    if not named:
        return None
    try:
        price, money_of = not_below_zero(body, "price"), reading.currency(body, "currency") or shared
    except Unreadable:
        price, money_of = None, ""
    if price is not None and price >= HIGHEST:
        price = None
    return Article(
        sku=named,
        name=first(body, "name", "title", longest=300),
        category=_category(body),
        brand=first(body, "brand", longest=120),
        price=round(price, 4) if price is not None and money_of else None,
        currency=money_of if price is not None else "",
        url=_address(body, "url"),
        image_url=_address(body, "image_url"),
    )


def of_hosts(article: Article, origins: Collection[str]) -> Article:
    """The article with those of its addresses only that are of the hosts of these origins, or of hosts below them
    (`img.shop.example` for `https://www.shop.example`). The origin `*` is everybody's.
    """
    if "*" in origins:
        return article
    hosts = {found[1].removeprefix("www.") for origin in origins if (found := _HOST.match(origin.lower()))}

    def own(address: str) -> str:
        found = _HOST.match(address.lower())
        is_own = found is not None and any(f".{found[1]}".endswith(f".{host}") for host in hosts)
        return address if is_own else ""

    return replace(article, url=own(article.url), image_url=own(article.image_url))


def foreign_hosts(article: Article, own: Article) -> set[str]:
    """The hosts whose addresses `of_hosts` left off."""
    gone = [told for told, kept in ((article.url, own.url), (article.image_url, own.image_url)) if told and not kept]
    return {found[1] for address in gone if (found := _HOST.match(address.lower()))}


def products(body: Body) -> list[Body]:
    """The products of an event; one that is about a single product is a list of that."""
    if body.get("products") is not None:
        return reading.rows(body, "products")
    return [body] if sku(body) else []


def currency(body: Body) -> str:
    """The currency of all products of an event; empty where it is none or cannot be read."""
    try:
        return reading.currency(body, "currency")
    except Unreadable:
        return ""


def lines(body: Body) -> tuple[LineInput, ...]:
    """The lines of an order or cart. Raises Unreadable with the place of the value."""
    found = []
    for place, row in enumerate(products(body)):
        try:
            pieces = _pieces(row)
            if pieces:
                found.append(_line(row, pieces))
        except Unreadable as problem:
            raise Unreadable(f"products.{place}.{problem.place}", problem.code) from problem
    if len(found) > MOST_LINES:
        raise Unreadable("products", "too_many")
    return tuple(found)


def line(body: Body) -> LineInput | None:
    """The one product that was put in or taken out; None where none is named. Without a quantity it is one piece."""
    if not sku(body):
        return None
    pieces = _pieces(body)
    return _line(body, pieces) if pieces else None


def _line(row: Body, pieces: Decimal) -> LineInput:
    return LineInput(
        quantity=pieces,
        unit_price=not_below_zero(row, "price") or Decimal(0),
        sku=sku(row),
        name=first(row, "name", "title", longest=300),
        category=_category(row),
    )


def _pieces(row: Body) -> Decimal:
    amount = not_below_zero(row, "quantity")
    if amount is None:
        return ONE
    if amount >= MOST_PIECES:
        raise Unreadable("quantity", "too_large")
    return round(amount, 3)


def _category(row: Body) -> str:
    value = row.get("category")
    if isinstance(value, list):
        return reading.text({"category": value[-1] if value else ""}, "category", longest=200)
    if isinstance(value, Mapping):
        return ""
    return first(row, "category", longest=200)


def _address(row: Body, name: str) -> str:
    """A page or picture, without its query (which may say who looks); nothing but https and http."""
    value: Any = row.get(name)
    if not isinstance(value, str):
        return ""
    bare = value.strip().split("?", 1)[0].split("#", 1)[0]
    is_address = bare.startswith(("https://", "http://")) and bare.isprintable() and " " not in bare
    return bare if is_address and len(bare) <= 500 and "@" not in bare else ""
