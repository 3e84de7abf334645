"""The nonce of LINE's account-link dialog: which customer of ours somebody on LINE says they are.

The shop's own website asks for one when somebody who came from LINE has logged in, and sends them to LINE's dialog with
it; LINE tells us by webhook who that was (`commerce.hooks.line.chats.linked`). The nonce holds the customer itself,
sealed, so there is nothing to be guessed and nothing to be kept but that it was used.
"""

import base64
import binascii
import struct
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cdp.core.crypto import envelope, hourly
from cdp.core.models import Source
from customers.selectors import lineage
from events.services import deduplication

LASTS = timedelta(hours=1)
"""LINE gives people ten minutes for the dialog."""
_CONTEXT = b"commerce.line_link"
_INSIDE = struct.Struct(">16sq")
_USED = uuid.uuid5(uuid.NAMESPACE_OID, _CONTEXT.decode())
"""No source's, so that no message can be called like a nonce that was used, nor a second source take it again."""


@dataclass(frozen=True, slots=True)
class Nonce:
    """What to send to LINE: 80 letters, digits, `-` and `_` (LINE takes up to 255)."""

    text: str
    customer: uuid.UUID
    expires_at: datetime


def issue(*, customer: uuid.UUID, now: datetime) -> Nonce:
    """A nonce for that person. Raises `lineage.Unknown` and `lineage.Erased`."""
    standing = lineage.get(customer).customer.id
    expires_at = (now + LASTS).replace(microsecond=0)
    sealed = hourly.seal(_INSIDE.pack(standing.bytes, int(expires_at.timestamp())), context=_CONTEXT)
    return Nonce(_spell(sealed), standing, expires_at)


def redeem(text: str, *, source: Source, at: datetime, now: datetime) -> uuid.UUID | None:
    """Whose nonce it is, once, whichever source it comes by; None for one that is not ours, was used before, or had
    ended at that time.

    In a transaction: what is rolled back was not used.
    """
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        customer, ends = _INSIDE.unpack(hourly.open_(sealed, context=_CONTEXT))
    except (binascii.Error, ValueError, struct.error, envelope.Unopenable):
        return None
    # The same bytes have many spellings; only the one that was issued counts.
    if text != _spell(sealed) or at > datetime.fromtimestamp(ends, tz=UTC):
        return None
    used = deduplication.digest(_USED, sealed.hex())
    return uuid.UUID(bytes=customer) if deduplication.claim([used], now=now) else None


def _spell(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")
