"""Whom an id means: links and shops keep ids for years, while rows are merged and erased."""

import uuid
from dataclasses import dataclass

from customers.models import Customer, Status

LONGEST_CHAIN = 20


class Unknown(LookupError):
    """There is no such person (or it is one of the reserved rows, which are nobody)."""


class Erased(LookupError):
    """The person was erased; nothing but the id is left."""


@dataclass(frozen=True)
class Found:
    """The row that now stands for a person; `is_survivor` when the id asked for was merged into it."""

    customer: Customer
    is_survivor: bool


def get(customer: uuid.UUID) -> Found:
    """The person that id means today. Raises Unknown and Erased."""
    asked = customer
    for _ in range(LONGEST_CHAIN):
        row = Customer.objects.filter(id=customer).first()
        if row is None or row.status == Status.BUCKET:
            raise Unknown
        if row.status == Status.ERASED:
            raise Erased
        if row.status != Status.MERGED or row.merged_into is None:
            return Found(row, is_survivor=customer != asked)
        customer = row.merged_into
    raise Unknown


def of(customer: uuid.UUID) -> list[uuid.UUID]:
    """The surviving id and every id absorbed into it, directly or in turn: append-only rows are read by all of them."""
    found = [customer]
    layer = [customer]
    for _ in range(LONGEST_CHAIN):
        layer = list(Customer.objects.filter(merged_into__in=layer).values_list("id", flat=True))
        if not layer:
            break
        found += layer
    return found
