"""Reading promotions: by code at the till, and what of them was used."""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cdp.core.crypto import index, rowkeys
from loyalty.models import Promotion, PromotionCode, PromotionUse
from loyalty.rules import coupons
from loyalty.rules import promotions as rules

TABLE = "loyalty_promotion"


@dataclass(frozen=True, slots=True)
class Found:
    """A code and what stands behind it."""

    promotion: Promotion
    plain: str
    is_used: bool

    @property
    def shown(self) -> str:
        """The code as people read it."""
        return self.promotion.word or coupons.shown(self.plain)


def digest(plain: str) -> bytes:
    """The keyed digest of a code (`rules.promotions.readings`)."""
    return index.digest("loyalty.promotion", plain)


def sale_digest(plain: str, source: str, reference: str) -> bytes:
    """The keyed digest of a code and one source's number of a sale."""
    return index.digest("loyalty.promotion.sale", f"{plain}\n{source}\n{reference}")


def find(text: str) -> Found | None:
    """The promotion of a code, however that was typed."""
    for plain in rules.readings(text):
        key = PromotionCode.objects.filter(digest=digest(plain)).first()
        if key is not None:
            return Found(Promotion.objects.get(id=key.promotion_id), plain, key.is_used)
    return None


def terms(row: Promotion) -> rules.Terms:
    """What it promises, and to whom."""
    return rules.Terms(
        benefit=row.gives,
        is_on=row.is_on,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        left=left(row),
        each=row.each,
        has_guests=row.has_guests,
        is_first_order=row.is_first_order,
    )


def left(row: Promotion) -> int | None:
    """How often it can be used yet; None for as often as people like."""
    if row.kind == Promotion.Kind.BATCH:
        return max(min(row.total or row.size, row.size) - row.used, 0)
    return None if row.total is None else max(row.total - row.used, 0)


def codes(row: Promotion) -> Iterator[str]:
    """The codes of a batch as people read them. Raises what `rowkeys.load` raises."""
    key = rowkeys.load(TABLE, row.id, ring_key=row.ring_key, wrapped=bytes(row.wrapped or b""))
    seed = bytes.fromhex(key.open(row.seed, table=TABLE, column="seed", row=row.id))
    return (coupons.shown(plain) for plain in rules.codes(seed, row.size))


def keys_of(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """The keys of these customers' uses."""
    found = PromotionUse.objects.filter(customer_id__in=customers).values_list("sale_digest", "customer_id")
    return {bytes(digest): customer for digest, customer in found}
