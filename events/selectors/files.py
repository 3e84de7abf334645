"""Events as rows of a file, in the columns that an import takes. What of one is personal stays sealed where it is."""

import json
import uuid
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from cdp.core.exports.registry import Kind
from customers.selectors import files as people_files
from customers.selectors import profiles
from events.models import Event

COLUMNS = (
    *("event.name", "event.at", "event.kind", "event.source", "event.properties"),
    *("customer.external_id", "customer.email", "customer.phone"),
)


def rows(customers: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, list[str]]]:
    """One row for each of their events, one customer after the other, the oldest first; never all in memory."""
    for person in profiles.opened(customers, with_places=False, shown=False).values():
        number = next((contact.value for contact in person.external_ids), "")
        known = [number, person.email, person.phone]
        for event in Event.objects.filter(customer_id=person.id).order_by("occurred_at", "id").iterator(2000):
            told = json.dumps(event.properties, ensure_ascii=False) if event.properties else ""
            name = event.name or event.kind
            yield person.id, [name, event.occurred_at.isoformat(), event.kind, event.source, told, *known]


KIND = Kind(
    "events",
    _("Events"),
    COLUMNS,
    rows=rows,
    whose="EXISTS (SELECT 1 FROM events_event did WHERE did.customer_id = c.id)",
    hides=people_files.HIDES,
)
