"""When a recommendation is doubted: what two who are said to be friends have in common."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

PLUS_IGNORED = "+"
DOTLESS = frozenset({"gmail.com", "googlemail.com"})


class Doubt(StrEnum):
    """Why a person has to look."""

    MAILBOX = "mailbox"
    PHONE = "phone"
    CARD = "card"
    HOME = "home"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells one household from another: mailboxes, digits of phones, streets with their postcodes."""

    emails: Collection[str] = field(default=())
    phones: Collection[str] = field(default=())
    homes: Collection[str] = field(default=())


def mailbox(email: str) -> str:
    """The mailbox behind an address, whichever spelling of it was told: without what stands behind a plus, and where
    the provider reads over dots, without dots.
    """
    local, _, domain = email.strip().casefold().rpartition("@")
    domain = "gmail.com" if domain in DOTLESS else domain
    local = local.partition(PLUS_IGNORED)[0]
    return f"{local.replace('.', '') if domain in DOTLESS else local}@{domain}"


def home(street: str, postcode: str) -> str:
    """One way of writing where somebody lives; empty where it says too little."""
    plain = "".join(sign for sign in f"{street}|{postcode}".casefold() if sign.isalnum())
    return plain if street.strip() and postcode.strip() else ""


def doubt(brings: Traits, comes: Traits, *, lately: int, most: int, are_named_together: bool = False) -> Doubt | None:
    """Why this one has to be looked at; None for nothing. `lately`: how many the member brought in a month so far;
    `are_named_together`: whether a payment card or another identifier of one was told with the other.
    """
    if {mailbox(one) for one in brings.emails} & {mailbox(one) for one in comes.emails}:
        return Doubt.MAILBOX
    if set(brings.phones) & set(comes.phones):
        return Doubt.PHONE
    if are_named_together:
        return Doubt.CARD
    if set(brings.homes) & set(comes.homes):
        return Doubt.HOME
    return Doubt.MANY if lately >= most else None
