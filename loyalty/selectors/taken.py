"""What a redemption has put aside and taken, lot by lot: as its movements say, all of them.

The act that put it aside does not tell: parts of it were given back, and where two who shared a purse were parted, what
lay on lots of the other lies on their own since.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from loyalty.models import Act, Movement
from loyalty.rules.purse import ZERO, Account, Part
from loyalty.selectors import purses


@dataclass(slots=True)
class Taken:
    """Of one lot."""

    held: Decimal = ZERO
    redeemed: Decimal = ZERO


def by_fact(facts: Collection[uuid.UUID], people: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[uuid.UUID, Taken]]:
    """For each of these redemptions its lots, as far as they are of these people (every row of a purse).

    What was given back is no part of it any more. Two queries and those of `purses.writers`.
    """
    acts = Act.objects.filter(customer_id__in=purses.writers(people), fact_id__in=list(facts))
    known = {act: (fact, kind) for act, fact, kind in acts.values_list("id", "fact_id", "kind") if fact}
    moved = Movement.objects.filter(customer_id__in=list(people), act_id__in=known)
    found: dict[uuid.UUID, dict[uuid.UUID, Taken]] = defaultdict(lambda: defaultdict(Taken))
    for act, lot, debit, credit, amount in moved.values_list("act_id", "lot_id", "debit", "credit", "amount"):
        if lot is None:
            continue
        fact, kind = known[act]
        for account, by in ((credit, amount), (debit, -amount)):
            # Over `parted` debts are paid, too, but never by an act of parting.
            if account == Account.REDEEMED or (account == Account.PARTED and kind == Act.Kind.PARTED):
                found[fact][lot].redeemed += by
            elif account == Account.HELD:
                found[fact][lot].held += by
    return {fact: dict(lots) for fact, lots in found.items()}


def held_of(facts: Collection[uuid.UUID], people: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Part]]:
    """What is put aside for each of these redemptions, as a purse takes it."""
    found = by_fact(facts, people) if facts else {}
    return {
        fact: [Part(lot, taken.held) for lot, taken in found.get(fact, {}).items() if taken.held > 0] for fact in facts
    }


def held(fact: uuid.UUID, people: Collection[uuid.UUID]) -> list[Part]:
    """What is put aside for one redemption."""
    return held_of([fact], people)[fact]


def redeemed(fact: uuid.UUID, people: Collection[uuid.UUID]) -> list[Part]:
    """What was paid with in one redemption and has not come back."""
    lots = by_fact([fact], people).get(fact, {})
    return [Part(lot, taken.redeemed) for lot, taken in lots.items() if taken.redeemed > 0]
