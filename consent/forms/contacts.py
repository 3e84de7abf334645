"""One field for an e-mail address or a phone number, read by the rules every door has."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.rules import people

WAYS = {"email": "email", "phone": "sms"}
"""How something reaches an address, by the kind that it is read as."""


@dataclass(frozen=True)
class Contact:
    """What was typed: the channel, the standardised address (empty where it cannot be read), and why not."""

    channel: str
    address: str
    problem: str = ""


def read(text: str) -> Contact:
    """Read one line. What has neither an @ nor a digit is taken for neither, in words that say what is wanted."""
    kind = "email" if "@" in text else "phone"
    if kind == "phone" and not any(letter.isdigit() for letter in text):
        problem = _("Please write an e-mail address, like name@example.com, or a phone number, like 081 234 5678.")
        return Contact("", "", problem)
    reading = people.Rules(region=settings.CDP_SHOP_COUNTRY, today=timezone.localdate())
    person, faults = people.clean({kind: text}, reading)
    if faults:
        return Contact(WAYS[kind], "", str(faults[0].problem.reason))
    address: str = getattr(person, kind)
    return Contact(WAYS[kind], address, "" if address else _("Write an e-mail address or a phone number."))
