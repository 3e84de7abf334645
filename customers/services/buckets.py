"""The 64 reserved customers that own facts without a person: guest orders, anonymous page views.

They are counted in revenue, products and pages and excluded from everything per customer.
"""

import hashlib
import uuid
from collections.abc import Iterable

from django.utils import timezone

from cdp.core import reference
from customers.models import Status
from customers.services import blank

COUNT = 64
# Version and variant bits of a UUIDv7 at time zero: they sort before every real customer.
_BASE = (0x7 << 76) | (0x2 << 62)
IDS = tuple(uuid.UUID(int=_BASE | number) for number in range(COUNT))
ALL = frozenset(IDS)


def bucket_for(fact: str) -> uuid.UUID:
    """The bucket of a fact, for example of "source/order number"; always the same one for the same fact."""
    return IDS[hashlib.sha256(fact.encode()).digest()[0] % COUNT]


def without(customers: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """These customers without the buckets: a step that works per customer would read what thousands of guests did."""
    return [customer for customer in customers if customer not in ALL]


@reference.needed
def ensure() -> None:
    """Make the reserved rows that are missing."""
    blank.write(IDS, status=Status.BUCKET, sources=(), at=timezone.now())
