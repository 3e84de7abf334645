"""Whom the id of an address means, and the answer that shows them."""

import uuid
from typing import Any

from rest_framework import exceptions

from cdp.core.api import problems
from customers.api import answers
from customers.models import Customer
from customers.selectors import lineage
from customers.selectors import profiles as reading


def found(id: str) -> Customer:
    """The person an address means today."""
    try:
        return lineage.get(uuid.UUID(id)).customer
    except (ValueError, lineage.Unknown) as error:
        raise exceptions.NotFound from error
    except lineage.Erased as error:
        raise problems.erased() from error


def answer_of(customer: uuid.UUID | Customer) -> dict[str, Any]:
    """The customer as REST shows them."""
    profile = reading.one(customer)
    if profile is None:
        raise exceptions.NotFound
    return answers.customer(profile)
