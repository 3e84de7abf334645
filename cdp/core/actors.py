"""Who does something: every write and every look names one. A required argument, never guessed."""

import uuid
from dataclasses import dataclass

from cdp.core.models import ApiKey, User


@dataclass(frozen=True)
class Actor:
    """A member of staff, an API key, the customer in person, or the system."""

    kind: str
    id: uuid.UUID | None = None


SYSTEM = Actor("system")
CUSTOMER = Actor("customer")


def staff(user: User) -> Actor:
    """The logged-in member of staff."""
    return Actor("staff", user.id)


def key(api_key: ApiKey) -> Actor:
    """A storefront or till."""
    return Actor("key", api_key.id)
