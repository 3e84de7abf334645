"""Who reads an address that somebody typed into a form: whoever the profile of it is, and nobody else.

A form recognises people by a phone and a name as well, which anybody may know of anybody (ADR 5). What is sent to the
address beside them must open nothing of theirs, so what a link there confirms is the word of whoever holds the address.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from cdp.core.models import Source
from consent.selectors import reach
from customers.rules.people import Person
from customers.services import identity

KINDS = {"email": "email", "sms": "phone"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a form said besides the address, for who is known by nothing but it. `source` is the key of the source."""

    source: str
    language: str = ""
    country: str = ""
    birth_date: dt.date | None = None


def of(customer: uuid.UUID, *, channel: str, address: str, told: Told, at: dt.datetime) -> uuid.UUID | None:
    """The person to be asked at that address: the customer if their profile holds it, else whoever holds it, else
    somebody new who is known by the address alone. None where there is nobody to ask.

    Called in the transaction of the form. Raises UnableToResolve when others were faster every time.
    """
    kind = KINDS[channel]
    if reach.holds(customer, kind=kind, address=address):
        return customer
    source = Source.objects.filter(key=told.source).first()
    if source is None:
        return None
    person = Person(
        email=address if kind == "email" else "",
        phone=address if kind == "phone" else "",
        language=told.language,
        country=told.country,
        birth_date=told.birth_date,
    )
    (found,) = identity.resolve_many(
        [person], source=source, now=at, is_stranger=True, teller=identity.Teller.SELF, by="form:address"
    )
    return found.customer if reach.holds(found.customer, kind=kind, address=address) else None
