"""The first answer again for a repeated request (fine print: REST; per key and path, 24 h).

While the first request is in flight, a second one waits up to 10 s and then gets 409 `in_progress`.
"""

import hashlib
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from cdp.core.crypto import hourly
from cdp.core.models import IdempotentAnswer

KEPT = timedelta(hours=24)
WAIT_SECONDS = 10
_CONTEXT = b"core.idempotent_answer"


class KeyReused(Exception):
    """The same key came with another body."""


class InProgress(Exception):
    """The first request with this key has not been answered yet."""


@dataclass(frozen=True)
class Answer:
    """A stored answer."""

    status: int
    body: bytes


def name_of(*, api_key: uuid.UUID, path: str, key: str) -> bytes:
    """The primary key of a request: key, path and Idempotency-Key together."""
    return hashlib.sha256(f"{api_key}\n{path}\n{key}".encode()).digest()


def begin(name: bytes, *, body: bytes, now: datetime) -> Answer | None:
    """Claim the key: None for the first request, the stored answer for a repetition.

    Raises KeyReused and InProgress. A claim without an answer older than a minute belongs to a killed process and is
    taken over.
    """
    body_digest = hashlib.sha256(body).digest()
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with transaction.atomic():
                IdempotentAnswer.objects.create(digest=name, body_digest=body_digest, created_at=now)
        except IntegrityError:
            pass
        else:
            return None
        stored = IdempotentAnswer.objects.filter(digest=name).first()
        if stored is None:
            continue
        if bytes(stored.body_digest) != body_digest:
            raise KeyReused
        if stored.status is not None and stored.answer is not None:
            return Answer(stored.status, hourly.open_(bytes(stored.answer), context=_CONTEXT))
        if now - stored.created_at > timedelta(minutes=1):
            taken = IdempotentAnswer.objects.filter(digest=name, created_at=stored.created_at, status=None).update(
                created_at=now
            )
            if taken:
                return None
        if time.monotonic() > deadline:
            raise InProgress
        time.sleep(0.05)


def finish(name: bytes, answer: Answer) -> None:
    """Keep the answer for repetitions."""
    IdempotentAnswer.objects.filter(digest=name).update(
        status=answer.status, answer=hourly.seal(answer.body, context=_CONTEXT)
    )


def abandon(name: bytes) -> None:
    """The request failed by our fault: a repetition may try again."""
    IdempotentAnswer.objects.filter(digest=name, status=None).delete()


def forget_old(*, now: datetime) -> int:
    """Delete answers older than KEPT. Returns how many."""
    return IdempotentAnswer.objects.filter(created_at__lt=now - KEPT).delete()[0]
