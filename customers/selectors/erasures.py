"""What forgetting a person would take away, and what stays: told to whoever is about to do it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from cdp.core import lifecycle
from cdp.core.lifecycle import OnErase, OnMerge
from customers.models import Customer
from customers.selectors import lineage


@dataclass(frozen=True)
class Part:
    """A kind of record and how many of it there are."""

    label: str
    count: int


@dataclass(frozen=True)
class Foreseen:
    """What would go, what would stay without a name, how many other records go (visits, wishes: what staff know by no
    name), and how many merged ones.
    """

    goes: Sequence[Part]
    stays: Sequence[Part]
    others: int
    merged: int


def foresee(customer: uuid.UUID) -> Foreseen:
    """What forgetting this person would do, in the words of the admin; one count for each table."""
    people = lineage.of(customer)
    goes: list[Part] = []
    stays: list[Part] = []
    others = 0
    for model, declaration in lifecycle.declarations().items():
        # What no person is given a copy of is nothing to them, and what is derived from facts goes without saying.
        # Parts of something are told by it; a refund has a name of its own, for its order may be unknown to us.
        is_derived = declaration.on_merge is OnMerge.REBUILD
        is_named = isinstance(model._meta.verbose_name, Promise)
        if model is Customer or not declaration.export or is_derived or (declaration.follows and not is_named):
            continue
        count = model._default_manager.filter(customer_id__in=people).count()
        if not count:
            continue
        goes_away = declaration.on_erase is OnErase.DELETE
        # Named for people, in their language. Of a model without a name the plural is lazy, too: "segment changes".
        if is_named:
            (goes if goes_away else stays).append(Part(str(model._meta.verbose_name_plural), count))
        elif goes_away:
            others += count
    return Foreseen(goes, stays, others, len(people) - 1)
