"""Importing products: one row is one article by its SKU. What a row leaves empty stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from cdp.core import ids
from cdp.core.files import values
from cdp.core.files.problems import ValueProblem
from cdp.core.imports import layouts, registry, tracing
from commerce.models import Product
from commerce.rules import amounts
from commerce.services import order_import_trace
from customers.rules import people

TARGETS = {
    "product.sku": _("SKU"),
    "product.name": _("Name"),
    "product.category": _("Category"),
    "product.brand": _("Brand"),
    "product.price": _("Price"),
    "product.currency": _("Currency"),
}
SYNONYMS = {
    name: target
    for target, names in {
        "product.sku": "stock code, item code, item no, product id, product code, รหัสสินค้า, 상품코드, 상품번호",
        "product.name": "product, product name, item, item name, title, description, ชื่อสินค้า, สินค้า, 상품명, 제품명",
        "product.category": "categories, type, product type, หมวดหมู่, ประเภทสินค้า, 카테고리, 분류",
        "product.brand": "vendor, manufacturer, แบรนด์, ยี่ห้อ, 브랜드",
        "product.price": "unit price, regular price, ราคา, ราคาขาย, 가격, 판매가",
        "product.currency": "สกุลเงิน, 통화",
    }.items()
    for name in names.split(", ")
}
LONGEST = {"sku": 120, "name": 300, "category": 200, "brand": 120}
LAYOUTS = (
    layouts.Layout(
        key="shopify.products",
        kind="products",
        signature=frozenset({"Handle", "Title", "Variant SKU", "Variant Price"}),
        columns={
            "Variant SKU": "product.sku",
            "Title": "product.name",
            "Type": "product.category",
            "Product Category": "product.category",
            "Vendor": "product.brand",
            "Variant Price": "product.price",
        },
    ),
    layouts.Layout(
        key="woocommerce.products",
        kind="products",
        signature=frozenset({"SKU", "Name", "Regular price", "Categories"}),
        columns={
            "SKU": "product.sku",
            "Name": "product.name",
            "Categories": "product.category",
            "Brands": "product.brand",
            "Regular price": "product.price",
        },
    ),
    layouts.Layout(
        key="shopify.api.products",
        kind="products",
        signature=frozenset({"id", "title", "vendor", "product_type", "variants.sku"}),
        columns={
            "variants.sku": "product.sku",
            "title": "product.name",
            "product_type": "product.category",
            "vendor": "product.brand",
            "variants.price": "product.price",
        },
    ),
)


@dataclass(slots=True)
class Article:
    """What one row says; only what it says."""

    sku: str
    told: dict[str, Any] = field(default_factory=dict)


class Handler:
    """Rows of a products file."""

    def __init__(self, context: registry.Context) -> None:
        """Prepare for one import."""
        self.context = context

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> Sequence[Article]:
        """An article for each good row."""
        found = []
        for line, cells in rows:
            try:
                found.append(self._article(cells, line, warn))
            except registry.RowRefused as refusal:
                reject(line, refusal.target, refusal.value, refusal.code)
        return found

    def _article(self, cells: Sequence[str], line: int, warn: registry.Reject) -> Article:
        sku = self._text(cells, "sku")
        if not sku:
            raise registry.RowRefused("product.sku", "", "missing")
        article = Article(sku)
        for name in ("name", "category", "brand"):
            if text := self._text(cells, name):
                article.told[name] = text
        price, currency = self._cell(cells, "price").strip(), self._cell(cells, "currency").strip()
        try:
            if currency:
                article.told["currency"] = values.currency(currency)
        except ValueProblem as problem:
            raise registry.RowRefused("product.currency", currency, problem.code) from problem
        try:
            if price:
                article.told["price"] = self._price(price)
        except (ValueProblem, amounts.TooLarge) as problem:
            warn(line, "product.price", price, getattr(problem, "code", "too_large"))
        return article

    def _price(self, text: str) -> Decimal:
        position = self.context.columns.get("product.price")
        names = self.context.survey
        comma = position is not None and names.columns[position] in names.decimal_comma
        price = amounts.rounded(values.decimal(text, comma=comma or None))
        if price < 0:
            raise ValueProblem("not_a_number")
        return price

    def _cell(self, cells: Sequence[str], name: str) -> str:
        return self.context.cell(cells, f"product.{name}")

    def _text(self, cells: Sequence[str], name: str) -> str:
        text = people.plain(self._cell(cells, name))
        if len(text) > LONGEST[name]:
            raise registry.RowRefused(f"product.{name}", text, "too_long")
        return text

    def foresee(self, parsed: Sequence[Article]) -> registry.Counts:
        """Nothing that a check would not see by itself."""
        del parsed
        return registry.Counts()

    def write(self, parsed: Sequence[Article]) -> registry.Counts:
        """New articles in one statement, changed ones in one; the last row about an article wins, silence changes
        nothing.
        """
        told: dict[str, dict[str, Any]] = {}
        for article in parsed:
            told.setdefault(article.sku, {}).update(article.told)
        now = self.context.now
        known = {one.sku: one for one in Product.objects.select_for_update().filter(sku__in=told).order_by("sku")}
        new = [
            Product(id=ids.uuid7(), sku=sku, created_at=now, updated_at=now, **_complete(told[sku]))
            for sku in sorted(told.keys() - known.keys())
        ]
        Product.objects.bulk_create(new, ignore_conflicts=True, batch_size=1000)
        changed, images = [], []
        for sku, product in known.items():
            change = {
                name: [_plain(getattr(product, name)), _plain(value)]
                for name, value in _complete(told[sku], product).items()
                if getattr(product, name) != value
            }
            if change:
                change["updated_at"] = [product.updated_at.isoformat(), now.isoformat()]
                for name, value in _complete(told[sku], product).items():
                    setattr(product, name, value)
                product.updated_at = now
                changed.append(product)
                images.append((product.id, change))
        Product.objects.bulk_update(
            changed, ["name", "category", "brand", "price", "currency", "updated_at"], batch_size=1000
        )
        made = Product.objects.filter(id__in=[one.id for one in new], created_at=F("updated_at"))
        order_import_trace.products_made(list(made.values_list("sku", flat=True)), self.context)
        tracing.note_all(self.context.import_id, order_import_trace.PRODUCTS_CHANGED, images)
        return registry.Counts(len(new), len(parsed) - len(new))


def _complete(told: dict[str, Any], known: Product | None = None) -> dict[str, Any]:
    """A price without a currency is in the shop's, as that of an order is."""
    has_currency = "currency" in told or (known is not None and known.currency)
    return told if "price" not in told or has_currency else {**told, "currency": settings.CDP_CURRENCY}


def _plain(value: Any) -> Any:
    return f"{value:.4f}" if isinstance(value, Decimal) else value


KIND = registry.Kind(
    key="products",
    label=_("Products"),
    targets=TARGETS,
    handler=Handler,
    required=(("product.sku",),),
    synonyms=SYNONYMS,
    identifiers=frozenset({"product.sku"}),
    is_undoable=True,
)
