"""Where somebody can be told something: the address of their own, and the language they read."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field

from customers.models import ContactPoint
from customers.selectors import profiles, tongues
from customers.services.identity import contacts


@dataclass(frozen=True)
class Way:
    """A channel, the address on it, how it is shown, and the language to write in."""

    channel: str
    address: str = field(repr=False)
    masked: str
    language: str


def ways(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, Way]:
    """The best way to each of these: an e-mail address that did not come back, else a phone. Nobody without one."""
    found = {}
    for customer, profile in profiles.opened(list(customers), shown=False).items():
        mail, phone = profile.email_contact, profile.phone_contact
        language = tongues.of_person(profile.customer)
        if mail is not None and mail.bounced_at is None:
            found[customer] = Way("email", mail.value, mail.masked, language)
        elif phone is not None:
            found[customer] = Way("sms", phone.value, phone.masked, language)
    return found


def holds(customer: uuid.UUID, *, kind: str, address: str) -> bool:
    """Whether the profile of who stands for that id holds this address (standardised) of that kind, "email" or "phone".

    Only such an address may be sent what opens anything of the person, or be taken for theirs.
    """
    return ContactPoint.objects.filter(
        customer_id=customer, kind=kind, digest=contacts.digest(kind, address), value__isnull=False
    ).exists()
