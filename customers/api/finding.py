"""Whom the id of an address means, and the answer that shows them."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from rest_framework import exceptions

from cdp.core import minimising
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


def read(customer: Customer) -> dict[str, Any]:
    """The same for a program that asks for it, which is a use of what the customer has."""
    profile = reading.one(customer)
    if profile is None:
        raise exceptions.NotFound
    noted([profile])
    return answers.customer(profile)


def noted(profiles: Iterable[reading.Profile]) -> None:
    """A program reads these: what they have is used."""
    day = timezone.now().date()
    for profile in profiles:
        names = [name for name in Customer.PLAIN if getattr(profile.customer, name)]
        points = [contact.kind for contact in profile.contacts]
        minimising.note([*names, *points, *(["street"] if profile.place else [])], by="rest", day=day)
