"""Giving a customer the number of a member, by which a till, a card and a QR code find them."""

import secrets
import uuid
from datetime import datetime

from django.db import transaction

from cdp.core.actors import Actor
from customers.models import Customer
from customers.rules import member_numbers
from customers.rules.people import Person
from customers.selectors import identifiers
from customers.selectors import profiles as reading
from customers.selectors.profiles import Kind
from customers.services import profiles

MOST_TRIES = 20


def give(*, customer: uuid.UUID, actor: Actor, at: datetime) -> str:
    """The customer's member number, a new one where there is none. Raises `profiles.UnableToEdit`."""
    with transaction.atomic():
        # Two clerks who press the button at once give one number. The key that is claimed afterwards is a fresh one,
        # for which nobody waits, so that the row may be locked first; writers of facts are not in its way.
        Customer.objects.select_for_update(no_key=True).filter(id=customer).first()
        profile = reading.one(customer, shown=False)
        if profile is None:
            raise profiles.UnableToEdit
        known = profile.value(Kind.MEMBER)
        if known:
            return known
        number = _free()
        source = profiles.staff_source()
        profiles.edit(customer=customer, person=Person(member_number=number), source=source, actor=actor, at=at)
        return number


def _free() -> str:
    for _ in range(MOST_TRIES):
        number = member_numbers.make(secrets.randbelow)
        if not identifiers.holders([identifiers.digest("member_number", number)]):
            return number
    raise AssertionError("of a thousand million numbers none is free")
