"""Who shares a purse, and what is in it: read as it is at a moment, whatever has been booked by then."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from customers.models import Customer, MergeLog
from customers.selectors import lineage
from loyalty.models import Balance, Seat, WalletType
from loyalty.models import Lot as LotRow
from loyalty.rules.purse import Lot, Purse

OPEN = Q(pending__gt=0) | Q(active__gt=0) | Q(held__gt=0)
"""Lots with something left: the condition of their index."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who shares with whom. `persons` is every row of each person by who stands for them: of those who were asked for,
    of who shares with them, and of who ever did. `circles` is who shares a purse now, for each who does.
    """

    persons: Mapping[uuid.UUID, Sequence[uuid.UUID]]
    circles: Mapping[uuid.UUID, Sequence[uuid.UUID]] = field(default_factory=dict)

    def rows(self, top: uuid.UUID) -> list[uuid.UUID]:
        """Every row whose lots that person may spend, their own first."""
        mates = [mate for mate in self.circles.get(top, ()) if mate != top]
        return [row for person in (top, *mates) for row in self.persons[person]]


def persons(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """For each of these, who stand for themselves, every row that is that person: their own and of everybody who was
    merged into them. One statement per layer of merges.
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


def sharing(customers: Collection[uuid.UUID]) -> Sharing:
    """Who shares with these, who stand for themselves: the statements of `persons` and one, and a handful where any of
    them ever was of a household.
    """
    found = persons(customers)
    known = {row for rows in found.values() for row in rows}
    seated = _ever(known)
    if not seated:
        return Sharing(found)
    found |= persons(set(lineage.standing(lineage.holders(seated) - known).values()) - found.keys())
    rows = [row for some in found.values() for row in some]
    seats = dict(Seat.objects.filter(customer_id__in=rows, until=None).values_list("customer_id", "household"))
    together: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for top in sorted(found):
        # The seat of who stands for the person comes before those of the absorbed.
        household = next((seats[row] for row in found[top] if row in seats), None)
        if household is not None:
            together[household].append(top)
    return Sharing(found, {top: tops for tops in together.values() if len(tops) > 1 for top in tops})


def pools(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """For each of these, who stand for themselves, every row whose lots they may spend: their own, and of everybody who
    shares a household with them. (What somebody is, did and earned is theirs alone: see `persons`.)
    """
    shared = sharing(customers)
    return {customer: shared.rows(customer) for customer in customers}


def circle(customers: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """These, who stand for themselves, and everybody who shares a household with any of them."""
    shared = sharing(customers)
    return {mate for customer in customers for mate in (customer, *shared.circles.get(customer, ()))}


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


def hands(rows: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """With whom acts may lie that moved lots of these rows: `writers`, and whoever ever shared with those."""
    found = writers(rows)
    return found | others(found)


def others(rows: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Every row of whoever ever shared a household with these; empty for who never shared."""
    seated = _ever(rows)
    return lineage.everybody(lineage.holders(seated)) if seated else set()


def _ever(rows: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Whose seats are in a household in which somebody of these has or had one: they themselves, or who stood for them.
    Two statements, one more where there is any.
    """
    seats = Seat.objects.filter(customer_id__in=writers(rows))
    households = set(seats.values_list("household", flat=True))
    if not households:
        return set()
    return set(Seat.objects.filter(household__in=households).values_list("customer_id", flat=True))


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
        graced=row.graced,
    )


def load(
    members: Mapping[uuid.UUID, Collection[uuid.UUID]], circles: Mapping[uuid.UUID, Sequence[uuid.UUID]] | None = None
) -> dict[tuple[uuid.UUID, str], Purse]:
    """The purses of these persons by who stands for them and wallet, with every lot that has something left. Who shares
    one has the same lots in their own view of it; money of the shop nobody shares.

    Two queries, and one where anybody shares.
    """
    tops = {row: top for top, rows in members.items() for row in rows}
    shares = dict(circles or {})
    alone = money() if shares else set()
    found: dict[tuple[uuid.UUID, str], Purse] = {}

    def purse(customer: uuid.UUID, wallet: str) -> Purse:
        key = (tops[customer], wallet)
        if key not in found:
            for one in views(tops[customer], members, {} if wallet in alone else shares):
                found[one.owner, wallet] = one
        return found[key]

    # No rows of Django's: making a hundred thousand of them is most of the price.
    for wallet, version, graced, row, customer, earned_at, active_from, ends, *amounts in LotRow.objects.filter(
        OPEN, customer_id__in=tops
    ).values_list(
        *("wallet", "version", "graced", "id", "customer_id", "earned_at", "active_from", "ends"),
        *("amount", "pending", "active", "held", "expired"),
    ):
        one = Lot(row, customer, earned_at, active_from, ends, *amounts)
        one.version, one.graced = version, graced
        purse(customer, wallet).lots[row] = one
    for customer, wallet, debt in Balance.objects.filter(customer_id__in=tops, debt__gt=0).values_list(
        "customer_id", "wallet", "debt"
    ):
        purse(customer, wallet).debts[customer] = debt
    return found


def money() -> set[str]:
    """Wallets of the shop's money: nobody shares those. One query."""
    return set(WalletType.objects.exclude(currency="").values_list("key", flat=True))


def views(
    top: uuid.UUID,
    members: Mapping[uuid.UUID, Collection[uuid.UUID]],
    circles: Mapping[uuid.UUID, Sequence[uuid.UUID]],
) -> list[Purse]:
    """An empty purse of that person; of who shares one, a view for each of them on the same lots and debts."""
    mates = circles.get(top)
    if not mates:
        return [Purse(top)]
    first = Purse(top, persons={row: mate for mate in mates for row in members[mate]})
    return [first, *(replace(first, owner=mate) for mate in mates if mate != top)]


def found(customers: Collection[uuid.UUID]) -> dict[tuple[uuid.UUID, str], Purse]:
    """The purses of these, who stand for themselves, with what others share with them."""
    shared = sharing(customers)
    asked = set(customers)
    return {key: purse for key, purse in load(shared.persons, shared.circles).items() if key[0] in asked}


def of(customer: uuid.UUID) -> dict[str, Purse]:
    """What one person can spend of, by wallet. Raises `lineage.Unknown` and `lineage.Erased`."""
    top = lineage.get(customer).customer.id
    return {wallet: purse for (_, wallet), purse in found([top]).items()}


def balances(customers: Collection[uuid.UUID], wallet: str, at: datetime) -> dict[uuid.UUID, Decimal]:
    """What each of these, who stand for themselves, can spend at that moment; whoever has nothing is left out."""
    return {top: purse.balance(at) for (top, which), purse in found(customers).items() if which == wallet}
