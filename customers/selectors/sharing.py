"""Who else gave the telephone of a customer: a household, colleagues at one desk, or one person who is known twice.

The machine merges nobody by a telephone (ADR 11), and a public form may make a new record beside the owner of its
number (ADR 5). Staff see it here, on the page of each of them.
"""

import itertools
from collections.abc import Sequence

from customers.models import Customer, Identifier, SharedIdentifier
from customers.selectors import identifiers, profiles
from customers.selectors.lineage import LIVING
from customers.selectors.profiles import Kind, Profile

MOST = 5
"""Named on a page; at the telephone of a dormitory there are more."""


def of(profile: Profile) -> tuple[Sequence[Profile], bool]:
    """Up to MOST others who hold a telephone of this customer, newest first, and whether there are more."""
    numbers = [contact.value for contact in profile.contacts if contact.kind == Kind.PHONE]
    if not numbers:
        return (), False
    wanted = [identifiers.digest("phone", number) for number in numbers]
    holders = {
        customer
        for model in (Identifier, SharedIdentifier)
        for customer in model.objects.filter(digest__in=wanted)
        .exclude(customer_id=profile.id)
        .order_by("-customer_id")
        .values_list("customer_id", flat=True)[: MOST + 1]
    }
    if not holders:
        return (), False
    rows = list(Customer.objects.filter(id__in=holders, status__in=LIVING).order_by("-id")[: MOST + 1])
    return list(profiles.opened(itertools.islice(rows, MOST), with_places=False).values()), len(rows) > MOST
