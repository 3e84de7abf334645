"""Somebody proved that an identifier of theirs belongs to a customer: logged in as one, they said who else they are.

That is more than a fact that names both. A chat account of which nothing is known but the account itself becomes the
customer's whatever name it goes by there; with somebody who is known by more than that, identity decides as always.
"""

import uuid
from datetime import datetime

from django.db import transaction

from cdp.core.actors import SYSTEM
from cdp.core.models import Source
from customers.models import Identifier
from customers.rules.matching import PRIORITY, Key
from customers.rules.people import Person
from customers.selectors import lineage
from customers.services import identity, merging, suggestions
from customers.services.identity import resolving

REASON = "account link"


def link(*, customer: uuid.UUID, person: Person, kind: str, source: Source, now: datetime, by: str = "") -> bool:
    """Join `person`, who names one identifier of that `kind` and nothing else, to the customer.

    False when they stay two: the customer was erased, or something speaks against it (both are known by more, or by one
    of that kind each), of which a steward sees a suggestion. `by` is the fact that told it. Raises UnableToMerge and
    UnableToResolve when others kept writing the same people.
    """
    with transaction.atomic():
        taker = lineage.standing([customer]).get(customer)
        if taker is None:
            return False
        (holder,) = resolving.look_up([person], source=source)
        if holder == taker:
            return True
        held = _held(taker)
        if holder is None and not held:
            (made,) = identity.resolve_many([person], source=source, now=now, by=by)
            if made.outcome is identity.Outcome.SUPPRESSED:
                return False
            holder = made.customer
        if holder is not None and _may_take(taker, holder, kind, held):
            return bool(merging.absorb(pairs={holder: taker}, reason=REASON, actor=SYSTEM, at=now))
        batch = identity.gather([person], source)
        # One that the customer has decides with it. Not of the same kind: who names two of those contradicts nothing.
        ours = [key for key in held if key.kind != kind] or held
        batch.keys[0] = [*ours[:1], *batch.keys[0]]
        identity.resolve_batch(batch, source=source, now=now, by=by)
        (holder,) = resolving.look_up([person], source=source)
        return holder is not None and holder == lineage.standing([customer]).get(customer)


def _held(customer: uuid.UUID) -> list[Key]:
    """What tells the customer from others, strongest first; a shared telephone does not."""
    rows = Identifier.objects.filter(customer_id=customer, is_shared=False).values_list("kind", "source", "digest")
    return sorted((Key(kind, scope, bytes(digest)) for kind, scope, digest in rows), key=lambda key: PRIORITY[key.kind])


def _may_take(taker: uuid.UUID, holder: uuid.UUID, kind: str, held: list[Key]) -> bool:
    """Nothing identifies the holder but that kind, the customer has none of it, and no steward keeps them apart."""
    if any(key.kind == kind for key in held):
        return False
    if Identifier.objects.filter(customer_id=holder).exclude(kind=kind).exists():
        return False
    return not suggestions.are_apart(lineage.of(taker), lineage.of(holder))
