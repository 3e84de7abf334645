"""Who shares a purse, and what is in it: read as it is at a moment, whatever has been booked by then."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from customers.models import Customer, MergeLog
from customers.selectors import lineage
from loyalty.models import Balance
from loyalty.models import Lot as LotRow
from loyalty.rules.purse import ZERO, Lot, Purse

OPEN = Q(pending__gt=0) | Q(active__gt=0) | Q(held__gt=0)
"""Lots with something left: the condition of their index."""


def pools(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """For each of these, who stand for themselves, every row whose lots they may spend: their own and of everybody who
    was merged into them. One statement per layer of merges.
    """
    found = {customer: [customer] for customer in customers}
    above = {customer: customer for customer in customers}
    for _ in range(lineage.LONGEST_CHAIN):
        layer = Customer.objects.filter(merged_into__in=above).values_list("id", "merged_into")
        above = {row: above[into] for row, into in layer if into}
        if not above:
            break
        for row, top in above.items():
            found[top].append(row)
    return found


def writers(rows: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """With whom acts about facts of these rows may lie: an act lies with who stood for its people when it was written,
    also where they were parted since. One statement per layer of merges.
    """
    found = set(rows)
    layer = found
    for _ in range(lineage.LONGEST_CHAIN):
        layer = set(MergeLog.objects.filter(absorbed_id__in=layer).values_list("customer_id", flat=True)) - found
        if not layer:
            break
        found |= layer
    return found


def lot(row: LotRow) -> Lot:
    """A row as the rules see it."""
    return Lot(
        row.id,
        row.customer_id,
        row.earned_at,
        row.active_from,
        row.ends,
        row.amount,
        row.pending,
        row.active,
        row.held,
        row.expired,
        version=row.version,
    )


def load(members: Mapping[uuid.UUID, Collection[uuid.UUID]]) -> dict[tuple[uuid.UUID, str], Purse]:
    """The purses of these pools by who stands for them and wallet, with every lot that has something left.

    Two queries.
    """
    tops = {row: top for top, rows in members.items() for row in rows}
    found: dict[tuple[uuid.UUID, str], Purse] = {}

    def purse(customer: uuid.UUID, wallet: str) -> Purse:
        key = (tops[customer], wallet)
        if key not in found:
            found[key] = Purse(tops[customer])
        return found[key]

    # No rows of Django's: making a hundred thousand of them is most of the price.
    for wallet, version, row, customer, earned_at, active_from, ends, *amounts in LotRow.objects.filter(
        OPEN, customer_id__in=tops
    ).values_list(
        *("wallet", "version", "id", "customer_id", "earned_at", "active_from", "ends"),
        *("amount", "pending", "active", "held", "expired"),
    ):
        one = Lot(row, customer, earned_at, active_from, ends, *amounts)
        one.version = version
        purse(customer, wallet).lots[row] = one
    for customer, wallet, debt in Balance.objects.filter(customer_id__in=tops, debt__gt=0).values_list(
        "customer_id", "wallet", "debt"
    ):
        purse(customer, wallet).debts[customer] = debt
    return found


def of(customer: uuid.UUID) -> dict[str, Purse]:
    """What one person has, by wallet. Raises `lineage.Unknown` and `lineage.Erased`."""
    top = lineage.get(customer).customer.id
    return {wallet: purse for (_, wallet), purse in load(pools([top])).items()}


def balances(customers: Collection[uuid.UUID], wallet: str, at: datetime) -> dict[uuid.UUID, Decimal]:
    """What each of these, who stand for themselves, can spend at that moment; whoever has nothing is left out."""
    found: dict[uuid.UUID, Decimal] = defaultdict(lambda: ZERO)
    for (top, which), purse in load(pools(customers)).items():
        if which == wallet:
            found[top] = purse.balance(at)
    return dict(found)
