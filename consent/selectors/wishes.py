"""How often people want to hear from us."""

import uuid
from collections import defaultdict
from collections.abc import Collection

from consent.models import ContactWish
from consent.rules.wishes import Wish, quietest


def of_many(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, Wish]:
    """The wish of each of these who has one, in one statement."""
    rows: dict[uuid.UUID, list[Wish]] = defaultdict(list)
    found = ContactWish.objects.filter(customer_id__in=list(customers))
    for customer, frequency, until in found.values_list("customer_id", "frequency", "paused_until"):
        rows[customer].append(Wish(frequency, until))
    return {customer: quietest(wishes) for customer, wishes in rows.items()}


def of(customer: uuid.UUID) -> Wish:
    """The wish of one person; the usual one where nothing was said."""
    return of_many([customer]).get(customer, Wish())
