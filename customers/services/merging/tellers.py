"""By which identifier somebody was known who told, while two were one, how they are recognised and reached.

Facts of files and requests are the same for many people, so that a way of contact does not say which row told it; what
is remembered of the telling does.
"""

import uuid
from collections.abc import Iterator

from cdp.core.crypto import subjects
from customers.models import ContactPoint, Identifier, MergeLog
from customers.rules import tellings
from customers.selectors import identifiers
from customers.services import tellings as noting
from customers.services.identity import contacts
from customers.services.merging import places


class Tellers:
    """The tellers of identifiers and ways of contact that `holder` was told since a merge: the first of each."""

    def __init__(self, log: MergeLog, holder: uuid.UUID) -> None:
        """Read them. Call it before anything changes hands."""
        self.identifiers: dict[bytes, bytes] = {}
        """Digest → the identifier that decided of whom it was told."""
        self.points: dict[uuid.UUID, bytes] = {}
        """Row → the same."""
        told = noting.of(holder, subjects.load([holder])) if log.base else []
        by = {one.id: decided for _row, decided, some in told for one in some if one.since >= log.id}
        first: dict[tuple[str, bytes], bytes] = {}
        for one in places.in_order(one for _row, _by, some in told for one in some if one.id in by):
            for place in _digests(one):
                first.setdefault(place, by[one.id])
        if not first:
            return
        held = Identifier.objects.filter(customer_id=holder, created_at__gte=log.at)
        for kind, digest in held.values_list("kind", "digest"):
            if (kind, bytes(digest)) in first:
                self.identifiers[bytes(digest)] = first[kind, bytes(digest)]
        points = ContactPoint.objects.filter(customer_id=holder, id__gt=log.id)
        for row, kind, digest in points.values_list("id", "kind", "digest"):
            if (contacts.field_of(kind), bytes(digest)) in first:
                self.points[row] = first[f"contact.{kind}", bytes(digest)]


def _digests(one: tellings.Telling) -> Iterator[tuple[str, bytes]]:
    """What a telling told of identifiers and ways of contact, each by its kind and digest."""
    for field, kind, scope in contacts.slots(one.word.source):
        if value := getattr(one.person, field):
            yield field, identifiers.digest(field, value, scope)
            yield contacts.field_of(kind), contacts.digest(kind, value, scope)
