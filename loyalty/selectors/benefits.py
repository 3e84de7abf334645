"""What a benefit is called: for tills, pages and receipts."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext

from cdp.core import written_numbers
from commerce.models import Product
from loyalty.rules.benefit import Amount, Benefit, Credit, Item, Percent
from loyalty.rules.programme import Some

NAMED = 3
"""So many articles are named; the others are counted."""


def value(benefit: Benefit) -> str:
    """The shortest name of it: “10%”, “฿100.00”, “Coffee beans for nothing”."""
    if isinstance(benefit, Percent):
        return f"{benefit.percent.normalize():f}%"
    if isinstance(benefit, Item):
        return gettext("%(articles)s for nothing") % {"articles": _articles(benefit.of)}
    return _money(benefit.amount, benefit.currency)


def words(benefit: Benefit, names: Mapping[str, str] | None = None) -> str:
    """All of it in one line: “10% off Coffee, up to ฿100.00, from a basket of ฿500.00”. `names` are those of SKUs."""
    parts = [_gives(benefit, names or {})]
    if isinstance(benefit, Percent | Item) and benefit.most is not None:
        parts.append(gettext("up to %(most)s") % {"most": _money(benefit.most, benefit.currency)})
    if benefit.minimum is not None:
        parts.append(gettext("from a basket of %(least)s") % {"least": _money(benefit.minimum, benefit.currency)})
    return ", ".join(parts)


def is_discount(benefit: Benefit) -> bool:
    """Whether its value can be followed by “off”."""
    return isinstance(benefit, Percent | Amount)


def names_of(benefits: Iterable[Benefit]) -> dict[str, str]:
    """The names of the articles that these are on. One query, or none."""
    skus = {sku for one in benefits if not isinstance(one, Credit) for sku in one.of.skus[:NAMED]}
    if not skus:
        return {}
    return {sku: name for sku, name in Product.objects.filter(sku__in=skus).values_list("sku", "name") if name}


def _gives(benefit: Benefit, names: Mapping[str, str]) -> str:
    if isinstance(benefit, Credit):
        return gettext("%(amount)s store credit") % {"amount": _money(benefit.amount, benefit.currency)}
    if isinstance(benefit, Item):
        return gettext("%(articles)s for nothing") % {"articles": _articles(benefit.of, names)}
    off = {"value": value(benefit), "articles": _articles(benefit.of, names)}
    return gettext("%(value)s off %(articles)s") % off if off["articles"] else gettext("%(value)s off") % off


def _articles(some: Some, names: Mapping[str, str] | None = None) -> str:
    told = [(names or {}).get(sku, sku) for sku in some.skus] + list(some.categories)
    if len(told) <= NAMED:
        return ", ".join(told)
    shown = ", ".join(told[: NAMED - 1])
    return gettext("%(some)s and %(n)s more") % {"some": shown, "n": len(told) - NAMED + 1}


def _money(amount: Decimal, currency: str) -> str:
    return written_numbers.money(amount, currency or settings.CDP_CURRENCY)
