"""By which identifier a fact found its person: facts keep it, so that un-merging sends them to the right side."""

import uuid
from collections.abc import Sequence

from cdp.core.models import Source
from customers.rules.people import Person
from customers.selectors import identifiers
from customers.services.identity import batches


def resolved_by(people: Sequence[Person], customers: Sequence[uuid.UUID], *, source: Source) -> list[bytes | None]:
    """For each person the digest of the strongest identifier that leads to their customer now; one query for all."""
    keys = list(map(batches.Keys(source), people))
    owners = identifiers.owners({key.digest for person_keys in keys for key in person_keys})
    return [
        next((key.digest for key in person_keys if owners.get(key.digest) == customer), None)
        for person_keys, customer in zip(keys, customers, strict=True)
    ]
