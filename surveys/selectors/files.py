"""Reviews as rows of a file, in the columns that an import takes."""

import uuid
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from cdp.core.crypto import subjects
from cdp.core.exports.registry import Kind
from customers.selectors import files as people_files
from customers.selectors import profiles
from surveys.models import Review
from surveys.selectors.reviews import TABLE

COLUMNS = (
    *(f"review.{name}" for name in ("external_id", "sku", "rating", "title", "body", "at", "replied_at")),
    *("customer.external_id", "customer.email", "customer.phone", "customer.name"),
)


def rows(customers: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, list[str]]]:
    """One row for each of their reviews; stars are of five."""
    people = profiles.opened(customers, with_places=False, shown=False)
    keyring = subjects.load(customers)
    for review in Review.objects.filter(customer_id__in=customers).order_by("customer_id", "at", "id").iterator():
        person = people.get(review.customer_id)
        if person is None:
            continue
        yield (
            review.customer_id,
            [
                *(review.external_id, review.sku),
                "" if review.rating is None else format(review.rating.normalize(), "f"),
                keyring.open(review.title, table=TABLE, column="title", row=review.id),
                keyring.open(review.body, table=TABLE, column="body", row=review.id),
                *(review.at.isoformat(), review.replied_at.isoformat() if review.replied_at else ""),
                next((contact.value for contact in person.external_ids), ""),
                *(person.email, person.phone, person.name),
            ],
        )


KIND = Kind(
    "reviews",
    _("Reviews"),
    COLUMNS,
    rows=rows,
    whose="EXISTS (SELECT 1 FROM surveys_review wrote WHERE wrote.customer_id = c.id)",
    hides=people_files.HIDES,
)
