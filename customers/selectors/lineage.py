"""Whom an id means: links and shops keep ids for years, while rows are merged and erased."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from customers.models import Customer, MergeLog, Status

LONGEST_CHAIN = 20
LIVING = frozenset({Status.KNOWN, Status.ANONYMOUS})
"""Who can have new facts."""


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


def standing(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Who stands for each of these ids today, one statement per layer of merges; the erased and nobody are left out."""
    found: dict[uuid.UUID, uuid.UUID] = {}
    layer = {customer: customer for customer in customers}
    for _ in range(LONGEST_CHAIN):
        if not layer:
            break
        rows = Customer.objects.filter(id__in=set(layer.values())).values_list("id", "status", "merged_into")
        known = {row: (status, merged_into) for row, status, merged_into in rows}
        above: dict[uuid.UUID, uuid.UUID] = {}
        for asked, here in layer.items():
            status, merged_into = known.get(here, (None, None))
            if status in LIVING:
                found[asked] = here
            elif status == Status.MERGED and merged_into:
                above[asked] = merged_into
        layer = above
    return found


def holders(customers: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """With whom facts told of these may lie today: themselves, who stands for them, and who was parted from any of
    those, for un-merging takes along what was told while two were one.
    """
    found = set(customers)
    layer = found
    for _ in range(LONGEST_CHAIN):
        parted = MergeLog.objects.filter(customer_id__in=layer, undone_at__isnull=False)
        layer = {*standing(layer).values(), *parted.values_list("absorbed_id", flat=True)} - found
        if not layer:
            break
        found |= layer
    return found


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


def facts_under(customer: uuid.UUID) -> list[uuid.UUID]:
    """Every id under which facts of who this id means may lie; of the erased and of nobody only the id itself."""
    try:
        return of(get(customer).customer.id)
    except (Unknown, Erased):
        return [customer]


def everybody(customers: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """All rows that are these persons: whoever stands for them, and everybody who was merged into those."""
    found = {*customers, *standing(customers).values()}
    layer = found
    for _ in range(LONGEST_CHAIN):
        if not layer:
            break
        layer = set(Customer.objects.filter(merged_into__in=layer).values_list("id", flat=True)) - found
        found |= layer
    return found
