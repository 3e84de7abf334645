"""Reading promotions: by code at the till, and what of them was used."""

import uuid
from collections.abc import Collection

from cdp.core.crypto import index
from loyalty.models import PromotionUse


def digest(plain: str) -> bytes:
    """The keyed digest of a code (`rules.promotions.read`)."""
    return index.digest("loyalty.promotion", plain)


def sale_digest(plain: str, source: str, reference: str) -> bytes:
    """The keyed digest of a code and one source's number of a sale."""
    return index.digest("loyalty.promotion.sale", f"{plain}\n{source}\n{reference}")


def keys_of(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """The keys of these customers' uses."""
    found = PromotionUse.objects.filter(customer_id__in=customers).values_list("sale_digest", "customer_id")
    return {bytes(digest): customer for digest, customer in found}
