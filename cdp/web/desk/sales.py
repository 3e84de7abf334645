"""A purchase taken down at the counter, for shops whose till does not tell us itself."""

import base64
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from cdp.core.actors import Actor
from cdp.web.desk import talks
from commerce.models import Product
from commerce.rules import statuses
from commerce.rules.inputs import LineInput, OrderInput
from commerce.services import orders
from customers.rules.profiling import Context

MOST_ARTICLES = 50


class UnableToSell(Exception):
    """The purchase cannot be written down; `field` is where the reason belongs."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def take(
    *, customer: uuid.UUID, sale: uuid.UUID, amount: Decimal | None, articles: Sequence[str], actor: Actor, at: datetime
) -> orders.Written:
    """Write what somebody bought: an amount, articles by their number, or both. `sale` was made with the form, so that
    a form sent twice is one purchase. Raises UnableToSell.
    """
    lines = _lines(articles, amount)
    if amount is None and not lines:
        raise UnableToSell("amount", _("Give an amount or an article."))
    told = OrderInput(
        external_id=_number(sale),
        placed_at=at,
        currency=settings.CDP_CURRENCY,
        status=statuses.FULFILLED,
        total=amount,
        channel="store",
        lines=lines,
    )
    try:
        return orders.write(order=told, customer_id=customer, source=talks.source(Context.COUNTER), actor=actor, now=at)
    except orders.UnableToWriteOrder as unable:
        raise UnableToSell("amount", unable.detail) from unable


def _number(sale: uuid.UUID) -> str:
    """`C-261122-7F3A9KQ2`: short enough for a receipt, and the same for the same form. The day is the form's own."""
    opened = datetime.fromtimestamp(int.from_bytes(sale.bytes[:6]) / 1000, UTC)
    return f"C-{timezone.localdate(opened):%y%m%d}-{base64.b32encode(sale.bytes[-5:]).decode()}"


def _lines(articles: Sequence[str], amount: Decimal | None) -> tuple[LineInput, ...]:
    wanted = list(articles)[:MOST_ARTICLES]
    known = {product.sku: product for product in Product.objects.filter(sku__in=set(wanted))}
    unknown = next((sku for sku in wanted if sku not in known), None)
    if unknown is not None:
        raise UnableToSell("articles", _("There is no article %(sku)s.") % {"sku": unknown})
    found = []
    for sku in dict.fromkeys(wanted):
        product = known[sku]
        if product.currency and product.price is not None and product.currency == settings.CDP_CURRENCY:
            price = product.price
        elif amount is None:
            raise UnableToSell("amount", _("%(sku)s has no price here; give the amount.") % {"sku": sku})
        else:
            price = Decimal(0)
        found.append(LineInput(Decimal(wanted.count(sku)), price, sku, product.name, product.category))
    return tuple(found)
