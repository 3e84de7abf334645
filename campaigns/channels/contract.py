"""What every channel takes; how it says that it could not is `cdp.core.carrying`."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cdp.core.leaving import Permit


@dataclass(frozen=True)
class Outgoing:
    """One message, ready to be composed. Texts are rendered, labels and links are there; values stay shielded
    (`rules.markup`) until the channel writes them.
    """

    id: uuid.UUID
    customer: uuid.UUID
    purpose: str
    address: str
    name: str
    language: str
    subject: str
    body: str
    label: str  # what the law wants first in an advertisement
    needs_consent: bool  # whether the person gets this because of a "yes"
    unsubscribe_url: str
    at: datetime
    preferences_url: str = ""
    label_variants: tuple[str, ...] = ()  # other spellings of the label, which the law forbids
    refusal: str = ""  # what the law wants beside the link at the end by which an advertisement is refused


class Carrier(Protocol):
    """An open way out."""

    def send(self, outgoing: Outgoing, *, permit: Permit) -> str:
        """Hand over one message under a permit that covers its reader; returns the provider's id.

        Raises Rejected, TryLater, Unreachable (`cdp.core.carrying`) or leaving.NotPermitted.
        """
