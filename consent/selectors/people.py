"""Whom a link in an old message means: the person in front, whatever became of the row since."""

import uuid

from customers.models import Customer
from customers.selectors import lineage


def find(customer: uuid.UUID) -> Customer | None:
    """The person that id means today: themselves, or whom they were merged into. None when erased or not known."""
    try:
        return lineage.get(customer).customer
    except (lineage.Unknown, lineage.Erased):
        return None
