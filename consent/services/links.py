"""Links that let a person act without logging in. They carry sealed ids and nothing readable."""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from cdp.core.crypto import tokens

UNSUBSCRIBE = "unsubscribe"
UNDO = "unsubscribe.undo"
BadToken = tokens.BadToken
_NONE = uuid.UUID(int=0)


@dataclass(frozen=True)
class Subscription:
    """What an unsubscribe link is about; `message` is the message it stood in."""

    customer: uuid.UUID
    purpose: str
    channel: str
    message: uuid.UUID | None = None


def unsubscribe_token(*, customer: uuid.UUID, purpose: str, channel: str, message: uuid.UUID | None = None) -> str:
    """A token for /unsubscribe/{token}. It does not run out: old messages must stay stoppable."""
    payload = customer.bytes + (message or _NONE).bytes + f"{purpose}\n{channel}".encode()
    return tokens.make(UNSUBSCRIBE, payload)


def unsubscribe_url(*, customer: uuid.UUID, purpose: str, channel: str, message: uuid.UUID | None = None) -> str:
    """The full address for a message's footer and its List-Unsubscribe header."""
    token = unsubscribe_token(customer=customer, purpose=purpose, channel=channel, message=message)
    return settings.CDP_BASE_URL + reverse("consent:unsubscribe", args=[token])


def read_unsubscribe(token: str) -> Subscription:
    """What the token is about. Raises BadToken."""
    payload = tokens.read(UNSUBSCRIBE, token)
    purpose, _, channel = payload[32:].decode().partition("\n")
    message = uuid.UUID(bytes=payload[16:32])
    return Subscription(uuid.UUID(bytes=payload[:16]), purpose, channel, None if message == _NONE else message)


def undo_token(record: uuid.UUID) -> str:
    """A token that takes back that withdrawal; it is shown only to who has just unsubscribed."""
    return tokens.make(UNDO, record.bytes)


def read_undo(token: str) -> uuid.UUID:
    """The withdrawal meant. Raises BadToken."""
    return uuid.UUID(bytes=tokens.read(UNDO, token))
