"""Keys: made once, shown once, stored as a digest."""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from cdp.core import audit
from cdp.core.actors import Actor
from cdp.core.models import ApiKey, Source

SCOPES = (
    "customers:read",
    "customers:write",
    "customers:erase",
    "orders:read",
    "orders:write",
    "products:read",
    "products:write",
    "consents:read",
    "consents:write",
    "privacy:read",
    "privacy:write",
    "surveys:read",
    "surveys:write",
    "interviews:read",
    "tickets:read",
    "tickets:write",
    "social:read",
    "social:write",
    "loyalty:read",
    "loyalty:write",
    "loyalty:adjust",
    "segments:read",
    "segments:write",
    "campaigns:read",
    "campaigns:write",
    "webhooks:read",
    "webhooks:write",
)


class UnknownScope(Exception):
    """A scope that does not exist; the message names it."""


def digest(key: str) -> bytes:
    """What is stored of a key. Keys are long random strings, so a plain hash cannot be guessed back."""
    return hashlib.sha256(key.encode()).digest()


def create(*, name: str, scopes: Sequence[str], source: Source, actor: Actor, at: datetime) -> tuple[ApiKey, str]:
    """A new key and its secret text, which is never to be had again. `scopes` may be ["*"]. Raises UnknownScope."""
    chosen = list(SCOPES) if list(scopes) == ["*"] else list(scopes)
    unknown = sorted(set(chosen) - set(SCOPES))
    if unknown or not chosen:
        wrong = f"Unknown scope {unknown[0]}" if unknown else "A key needs at least one scope"
        message = f"{wrong}; known are {', '.join(SCOPES)}."
        raise UnknownScope(message)
    text = f"cdp_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        api_key = ApiKey.objects.create(name=name, hint=text[:8], digest=digest(text), scopes=chosen, source=source)
        audit.record(audit.Action.KEY_CREATED, actor=actor, at=at, subject=api_key.id, details={"scopes": chosen})
    return api_key, text


def revoke(api_key: uuid.UUID, *, actor: Actor, at: datetime) -> bool:
    """Shut a key out at once and for good; requests with it answer 401. False when it was revoked before."""
    with transaction.atomic():
        done = ApiKey.objects.filter(id=api_key, revoked_at__isnull=True).update(revoked_at=at)
        if done:
            audit.record(audit.Action.KEY_REVOKED, actor=actor, at=at, subject=api_key)
    return bool(done)


def create_write_key(source: Source) -> str:
    """Give a source a write key for the tracking door; replaces an older one. Returned once."""
    text = f"wk_{secrets.token_urlsafe(24)}"
    Source.objects.filter(id=source.id).update(write_key_digest=digest(text))
    return text
