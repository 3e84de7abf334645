"""Identifiers of people who were forgotten: nobody but the person brings them back.

Files skip such a row, REST answers 409, an event is kept without a person. The person's own act (a form, a tracked
identify, REST with `"self": true`) lifts it, which is recorded.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum

from cdp.core import audit
from cdp.core.actors import CUSTOMER
from cdp.core.models import Source
from customers.models import SuppressedIdentifier


class Teller(Enum):
    """Who tells of a person, and so what becomes of somebody who was forgotten."""

    OTHERS = "others"  # a file, a store: who was forgotten is left out
    ANSWERED = "answered"  # a client that wants to know: Suppressed is raised
    SELF = "self"  # the person: they are known again from now on


class Suppressed(Exception):
    """An identifier belongs to somebody who was forgotten; only the person's own act brings it back."""


def suppress(digests: Mapping[bytes, str], *, at: datetime) -> None:
    """These digests (with their kinds) name nobody from now on."""
    rows = [SuppressedIdentifier(digest=digest, kind=kind, at=at) for digest, kind in sorted(digests.items())]
    SuppressedIdentifier.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=["digest"], update_fields=["at"]
    )


def lift(owners: Iterable[tuple[bytes, uuid.UUID]], *, source: Source, at: datetime) -> None:
    """The person came back by their own act: these digests name these customers now. Recorded for each of them."""
    owned = dict(owners)
    if not owned:
        return
    found = SuppressedIdentifier.objects.filter(digest__in=list(owned)).order_by("digest")
    kinds: dict[uuid.UUID, list[str]] = {}
    for digest, kind in found.values_list("digest", "kind"):
        kinds.setdefault(owned[bytes(digest)], []).append(kind)
    SuppressedIdentifier.objects.filter(digest__in=list(owned)).delete()
    audit.record_many(
        audit.Action.SUPPRESSION_LIFTED,
        actor=CUSTOMER,
        at=at,
        entries=[
            (customer, "", {"kinds": sorted(lifted), "source": source.key})
            for customer, lifted in sorted(kinds.items())
        ],
    )
