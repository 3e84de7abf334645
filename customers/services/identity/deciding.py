"""By which identifier a fact found its person: facts keep it, so that un-merging sends them to the right side."""

import uuid
from collections.abc import Sequence

from cdp.core.models import Source
from customers.rules.matching import Key
from customers.rules.people import Person
from customers.selectors import identifiers
from customers.services.identity import batches
from customers.services.identity.resolving import Resolution


def decided_by(people: Sequence[Person], found: Sequence[Resolution], *, source: Source) -> list[bytes | None]:
    """For each person the digest by which resolving found them: one that was known before, not one that the same fact
    told; of somebody new the strongest.
    """
    return decided_by_keys(list(map(batches.Keys(source), people)), found)


def decided_by_keys(keys: Sequence[Sequence[Key]], found: Sequence[Resolution]) -> list[bytes | None]:
    """The same of people whose keys are made."""
    new = [place for place, who in enumerate(found) if who.by is None]
    strongest = _strongest([keys[place] for place in new], [found[place].customer for place in new])
    of_new = dict(zip(new, strongest, strict=True))
    return [of_new[place] if who.by is None else who.by for place, who in enumerate(found)]


def _strongest(keys: Sequence[Sequence[Key]], customers: Sequence[uuid.UUID]) -> list[bytes | None]:
    """For each person the digest of the strongest identifier that leads to their customer now; one query for all."""
    owners = identifiers.owners({key.digest for person_keys in keys for key in person_keys})
    return [
        next((key.digest for key in person_keys if owners.get(key.digest) == customer), None)
        for person_keys, customer in zip(keys, customers, strict=True)
    ]
