"""The first answer again for a repeated request (fine print: REST; per key and path, 24 h).

The claim, the work and the answer are one transaction: what is kept was done, what was done is kept. A process that is
killed in between leaves neither, and the client's next attempt is a first one.

While the first request is in flight its uncommitted claim makes a second one wait, up to 10 s, then 409 `in_progress`.
Waiting takes a thread and a connection of the process; so only a few may, and the others are told at once.
"""

import contextlib
import hashlib
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from cdp.core import patience
from cdp.core.crypto import hourly, index
from cdp.core.crypto.envelope import Unopenable
from cdp.core.models import IdempotentAnswer

KEPT = timedelta(hours=24)
WAIT_SECONDS = 10.0
LOOK_SECONDS = 0.1
"""Whoever finds the key claimed for longer than this counts as waiting."""
MOST_WAITING = 4
"""Requests of one process that may wait at the same time; the others get InProgress."""
_places = threading.BoundedSemaphore(MOST_WAITING)
_PLACE = b"core_idempotentanswer.answer:"
_PLACE_BEFORE_ROWS = b"core.idempotent_answer"
"""What was sealed before answers were bound to their row: such ones are a day old at most, see `_opened`."""


class KeyReused(Exception):
    """The same key came with another body."""


class InProgress(Exception):
    """The first request with this key has not been answered yet."""


class AnswerLost(Exception):
    """The request was carried out, but its answer cannot be read any more."""


@dataclass(frozen=True)
class Answer:
    """A stored answer and the language it speaks."""

    status: int
    body: bytes
    language: str = ""


def name_of(*, api_key: uuid.UUID, path: str, key: str) -> bytes:
    """The primary key of a request: key, path and Idempotency-Key together."""
    return hashlib.sha256(f"{api_key}\n{path}\n{key}".encode()).digest()


def begin(name: bytes, *, body: bytes, now: datetime) -> Answer | None:
    """Claim the key: None for the first request, the stored answer for a repetition.

    Call it in the transaction of the work itself, which then ends with `finish` or `abandon`.
    Raises KeyReused, InProgress and AnswerLost.
    """
    # Keyed: of a short body (a score, a yes) a plain digest is found again by trying all that could have been sent.
    body_digest = index.lasting_hasher("idempotency.body")(body)
    while not _claim_or_wait(name, body_digest, now):
        stored = IdempotentAnswer.objects.filter(digest=name).first()
        if stored is None:
            continue
        if stored.created_at < now - KEPT or stored.status is None or stored.answer is None:
            # Out of date; or a claim that was committed without its answer, as claims once were.
            IdempotentAnswer.objects.filter(digest=name, created_at=stored.created_at).delete()
            continue
        # What was stored before digests were keyed is a day old at most.
        if bytes(stored.body_digest) not in {body_digest, hashlib.sha256(body).digest()}:
            raise KeyReused
        return _opened(stored)
    return None


def _claim_or_wait(name: bytes, body_digest: bytes, now: datetime) -> bool:
    """Whether the key is ours. Waits for whoever holds it uncommitted, as long as few do. Raises InProgress."""
    with contextlib.suppress(InProgress):
        return _claim(name, body_digest, now, seconds=min(LOOK_SECONDS, WAIT_SECONDS))
    if not _places.acquire(blocking=False):
        raise InProgress
    try:
        return _claim(name, body_digest, now, seconds=WAIT_SECONDS)
    finally:
        _places.release()


def _claim(name: bytes, body_digest: bytes, now: datetime, *, seconds: float) -> bool:
    """Whether the key is ours. Raises InProgress when somebody holds it uncommitted for that many seconds."""
    try:
        with patience.at_most(seconds), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_idempotentanswer (digest, body_digest, created_at) VALUES (%s, %s, %s)"
                " ON CONFLICT (digest) DO NOTHING",
                [name, body_digest, now],
            )
            return cursor.rowcount == 1
    except patience.LockedTooLong as error:
        raise InProgress from error


def finish(name: bytes, answer: Answer) -> None:
    """Keep the answer for repetitions, in the transaction that claimed the key."""
    sealed = hourly.seal(answer.language.encode() + b"\n" + answer.body, context=_PLACE + name)
    IdempotentAnswer.objects.filter(digest=name).update(status=answer.status, answer=sealed)


def _opened(stored: IdempotentAnswer) -> Answer:
    assert stored.status is not None, "an answer has a status"  # noqa: S101
    sealed, name = bytes(stored.answer or b""), bytes(stored.digest)
    try:
        language, _, body = hourly.open_(sealed, context=_PLACE + name).partition(b"\n")
        return Answer(stored.status, body, language.decode())
    except Unopenable as unbound:
        try:
            return Answer(stored.status, hourly.open_(sealed, context=_PLACE_BEFORE_ROWS))
        except Unopenable:
            raise AnswerLost from unbound


def abandon(name: bytes) -> None:
    """Nothing was done that a repetition would do twice: it may try again."""
    IdempotentAnswer.objects.filter(digest=name, status=None).delete()


def forget_old(*, now: datetime) -> int:
    """Delete answers older than KEPT. Returns how many."""
    return IdempotentAnswer.objects.filter(created_at__lt=now - KEPT).delete()[0]
