"""What forgetting a person would take away, and what stays: told to whoever is about to do it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from cdp.core import lifecycle
from cdp.core.lifecycle import OnErase
from customers.models import Customer
from customers.selectors import lineage


@dataclass(frozen=True)
class Part:
    """A kind of record and how many of it there are."""

    label: str
    count: int


@dataclass(frozen=True)
class Foreseen:
    """What would go, what would stay without a name, and how many merged records go along."""

    goes: Sequence[Part]
    stays: Sequence[Part]
    merged: int


def foresee(customer: uuid.UUID) -> Foreseen:
    """What forgetting this person would do, in the words of the admin; one count for each table."""
    people = lineage.of(customer)
    goes: list[Part] = []
    stays: list[Part] = []
    for model, declaration in lifecycle.declarations().items():
        # Parts of something are told by it, and what no person is given a copy of is nothing to them.
        if model is Customer or not declaration.export or declaration.follows:
            continue
        count = model._default_manager.filter(customer_id__in=people).count()
        if count:
            part = Part(str(model._meta.verbose_name_plural), count)
            (goes if declaration.on_erase is OnErase.DELETE else stays).append(part)
    return Foreseen(goes, stays, len(people) - 1)
