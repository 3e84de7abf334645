"""Whom the id of an address means, and the answer that shows them."""

import uuid
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, status

from cdp.core.api.problems import Problem
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
        raise erased() from error


def erased() -> Problem:
    """Nobody is left under that id."""
    return Problem("erased", _("This person was erased."), status_code=status.HTTP_410_GONE)


def answer_of(customer: uuid.UUID | Customer) -> dict[str, Any]:
    """The customer as REST shows them."""
    profile = reading.one(customer)
    if profile is None:
        raise exceptions.NotFound
    return answers.customer(profile)
