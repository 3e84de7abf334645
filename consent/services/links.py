"""Links that let a person act without logging in. They carry sealed ids and nothing readable."""

import datetime as dt
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


# --- the preference centre ---

PREFERENCES = "consent.preferences"
PREFERENCES_LAST = dt.timedelta(days=180)
"""Long enough for a mail that was kept; the link to unsubscribe never ends."""


class Expired(Exception):
    """The link was ours, and is too old."""


def preferences_token(*, customer: uuid.UUID, at: dt.datetime) -> str:
    """A token for /preferences/{token}."""
    return tokens.make(PREFERENCES, customer.bytes + int(at.timestamp()).to_bytes(8))


def preferences_path(*, customer: uuid.UUID, at: dt.datetime) -> str:
    """The address of somebody's preference centre on this host."""
    return reverse("consent:preferences", args=[preferences_token(customer=customer, at=at)])


def preferences_url(*, customer: uuid.UUID, at: dt.datetime) -> str:
    """The full address, for the footer of a message."""
    return settings.CDP_BASE_URL + preferences_path(customer=customer, at=at)


def read_preferences(token: str, *, now: dt.datetime) -> uuid.UUID:
    """Whose preference centre it is. Raises BadToken and Expired."""
    payload = tokens.read(PREFERENCES, token)
    issued = dt.datetime.fromtimestamp(int.from_bytes(payload[16:24]), dt.UTC)
    if issued + PREFERENCES_LAST <= now:
        raise Expired
    return uuid.UUID(bytes=payload[:16])


# --- a text whose meaning turned ---

REVIEW = "consent.review"


def review_token(*, customer: uuid.UUID, version: uuid.UUID, at: dt.datetime) -> str:
    """A token for /review/{token}: that person and the text they are asked about again."""
    return tokens.make(REVIEW, customer.bytes + version.bytes + int(at.timestamp()).to_bytes(8))


def review_url(*, customer: uuid.UUID, version: uuid.UUID, at: dt.datetime, language: str) -> str:
    """The full address, for the message that asks again."""
    path = reverse("consent:review", args=[review_token(customer=customer, version=version, at=at)])
    return f"{settings.CDP_BASE_URL}{path}?lang={language}"


def read_review(token: str, *, now: dt.datetime) -> tuple[uuid.UUID, uuid.UUID]:
    """Who is asked about which version. Raises BadToken and Expired."""
    payload = tokens.read(REVIEW, token)
    issued = dt.datetime.fromtimestamp(int.from_bytes(payload[32:40]), dt.UTC)
    if issued + PREFERENCES_LAST <= now:
        raise Expired
    return uuid.UUID(bytes=payload[:16]), uuid.UUID(bytes=payload[16:32])


# --- requests of people ---

PROGRESS = "request"
TICKET = "request.code"


def progress_token(request: uuid.UUID) -> str:
    """A token for /my-data/r/{token}/: whoever has it sees how far the request is, and nothing of the person."""
    return tokens.make(PROGRESS, request.bytes)


def progress_url(request: uuid.UUID) -> str:
    """The full address for a letter."""
    return settings.CDP_BASE_URL + reverse("consent:my-data-progress", args=[progress_token(request)])


def read_progress(token: str) -> uuid.UUID:
    """The request meant. Raises BadToken."""
    return uuid.UUID(bytes=tokens.read(PROGRESS, token))


def code_ticket(code: uuid.UUID) -> str:
    """What the browser that asked for a one-time code holds: without it the code is worth nothing."""
    return tokens.make(TICKET, code.bytes)


def read_code_ticket(token: str) -> uuid.UUID:
    """The code meant. Raises BadToken."""
    return uuid.UUID(bytes=tokens.read(TICKET, token))


def desk_path(request: uuid.UUID) -> str:
    """The page of a request for staff."""
    return reverse("consent:request-detail", args=[request])
