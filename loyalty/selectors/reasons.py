"""Why somebody got a coupon, as it is told to them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from commerce.models import Product
from loyalty.models import Offer

Why = Offer.Why


def told(reason: str, details: Mapping[str, Any] | None, names: Mapping[str, str]) -> str:
    """A sentence for its owner; empty where there is no reason of their own. `names` are those of articles by SKU."""
    sku = (details or {}).get("sku", "")
    article = names.get(sku) or sku
    if reason == Why.FAVOURITE and article:
        return _("Because you often buy %(article)s") % {"article": article}
    if reason == Why.WISHED and article:
        return _("Because you wished for %(article)s") % {"article": article}
    return {
        Why.BIRTHDAY.value: _("For your birthday"),
        Why.SURVEY.value: _("For answering our questions"),
        Why.DRAW.value: _("Won in a draw"),
        "thanks": _("For your useful suggestion"),
    }.get(reason, "")


def names(details: Iterable[Mapping[str, Any] | None]) -> dict[str, str]:
    """What the articles of these reasons are called. One query, or none."""
    skus = {one["sku"] for one in details if one and one.get("sku")}
    if not skus:
        return {}
    return {sku: name for sku, name in Product.objects.filter(sku__in=skus).values_list("sku", "name") if name}
