"""What people allow, as rows of a file, in the columns that an import takes. Evidence stays sealed where it is."""

import uuid
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from cdp.core.exports.registry import Kind
from consent.selectors import ledger
from customers.selectors import files as people_files
from customers.selectors import profiles

COLUMNS = (
    *("customer.external_id", "customer.email", "customer.phone"),
    *("consent.purpose", "consent.channel", "consent.granted", "consent.status", "consent.at", "consent.source"),
)


def rows(customers: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, list[str]]]:
    """One row for each word that holds now."""
    people = profiles.opened(customers, with_places=False, shown=False)
    for state in ledger.states(customers).order_by("customer_id", "purpose", "channel"):
        person = people.get(state.customer_id)
        if person is None:
            continue
        cells = [
            next((contact.value for contact in person.external_ids), ""),
            *(person.email, person.phone, state.purpose, state.channel),
            *("true" if state.is_granted else "false", state.status, state.at.isoformat(), "export"),
        ]
        yield state.customer_id, cells


KIND = Kind(
    "consents",
    _("Consents"),
    COLUMNS,
    rows=rows,
    whose="EXISTS (SELECT 1 FROM consent_consentstate said WHERE said.customer_id = c.id)",
    hides=people_files.HIDES,
)
