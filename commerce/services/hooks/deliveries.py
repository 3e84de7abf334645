"""Deliveries: accepted once, durable before the answer, worked off in turn, kept when they fail.

Working off claims a delivery for a while (so that a worker that is killed, even by the delivery itself, only delays it)
and then writes its facts and its end in one transaction.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from django.db import connection, transaction

from cdp.core import audit, ids, source_secrets, wake
from cdp.core.actors import Actor
from cdp.core.crypto import envelope as sealing
from cdp.core.crypto import hourly, index
from cdp.core.models import Source
from commerce.hooks import reading, signatures
from commerce.hooks.registry import STORES
from commerce.hooks.stores import Store
from commerce.models import HookDelivery
from commerce.services import orders, products, refunds
from commerce.services.hooks import applying
from consent.services import grants

log = structlog.get_logger("hooks")
State = HookDelivery.State

MOST_BYTES = 4 * 1024 * 1024
MOST_ATTEMPTS = 8
LEASE = timedelta(minutes=1)
WAITS = timedelta(days=6)
"""How long a refund waits for its order: shorter than its sealed body can be read."""
KEPT = timedelta(days=7)
UNKNOWN = "unknown"

_NOT_AGAIN = (
    reading.Unreadable,
    orders.UnableToWriteOrder,
    refunds.UnableToWriteRefund,
    products.UnableToWriteProduct,
    grants.UnableToRecord,
    sealing.Unopenable,
)
"""What will not become right by trying again."""


class UnableToAccept(Exception):
    """A request that is turned away; nothing was written."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        """Say how the answer reads."""
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


class UnableToReplay(Exception):
    """The delivery is not there, did not fail, or its body is gone."""


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed delivery."""

    id: uuid.UUID
    digest: bytes
    source: uuid.UUID
    vendor: str
    topic: str
    received_at: datetime
    attempts: int
    sealed: bytes


def accept(*, store: Store, source_key: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Check who signed a request and keep it; when this returns, it is durable. Raises UnableToAccept.

    A topic that nobody reads is counted and nothing else. The same delivery again changes nothing.
    """
    if store.greets(headers, body):
        return
    told = store.envelope(headers)
    source = Source.objects.filter(key=source_key).first()
    secret = source_secrets.find(source) if source else None
    # A secret is made up where there is none: whether a source exists is nobody's business.
    computed = store.sign(secret or b"nobody knows this source", body)
    if not signatures.agree(told.signature, computed) or source is None or secret is None:
        raise UnableToAccept(401, "wrong_signature", "The signature does not belong to this source and body.")
    if told.topic not in store.topics or told.is_test:
        _count(source.id, told.topic, State.IGNORED if told.is_test else UNKNOWN, now=now)
        return
    try:
        if not isinstance(msgspec.json.decode(body), dict):
            raise UnableToAccept(400, "not_an_object", "The body must be a JSON object.")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise UnableToAccept(400, "malformed_json", "The body is no JSON.") from problem
    _keep(store, source, told.topic, told.delivery, body, now=now)
    wake.hooks()


def _keep(store: Store, source: Source, topic: str, delivery: str, body: bytes, *, now: datetime) -> None:
    digest = index.digest(
        "commerce.hook_delivery", "\n".join([source.key, delivery, topic, hashlib.sha256(body).hexdigest()])
    )
    row = HookDelivery(
        id=ids.uuid7(),
        digest=digest,
        source=source,
        vendor=store.key,
        topic=topic,
        received_at=now,
        next_at=now,
        sealed=hourly.seal(body, context=_context(digest)),
    )
    HookDelivery.objects.bulk_create([row], ignore_conflicts=True)


def work_off(*, now: datetime, limit: int = 100) -> int:
    """Work on at most `limit` deliveries that are due, oldest first. Returns how many."""
    for number in range(limit):
        work = _claim(now=now)
        if work is None:
            return number
        _work(work, now=now)
    return limit


def _claim(*, now: datetime) -> Work | None:
    """Take the next delivery until its lease ends; each attempt doubles the wait before the next."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE commerce_hookdelivery SET
                attempts = attempts + 1,
                next_at = %s + %s * interval '1 second' * power(2, least(attempts, 10))
            WHERE id = (
                SELECT id FROM commerce_hookdelivery WHERE state = 'waiting' AND next_at <= %s
                ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
            )
            RETURNING id, digest, source_id, vendor, topic, received_at, attempts, sealed
            """,
            [now, LEASE.total_seconds(), now],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    found, digest, source, vendor, topic, received_at, attempts, sealed = row
    return Work(found, bytes(digest), source, vendor, topic, received_at, attempts, bytes(sealed or b""))


def _work(work: Work, *, now: datetime) -> None:
    """Write the facts of a claimed delivery and its end, or why it did not come to that."""
    try:
        with transaction.atomic():
            is_news, problems = _apply(work, now=now)
            if problems:
                _end(work, State.FAILED, reason=problems[0].code, place=_place(problems[0]), now=now)
            else:
                _end(work, State.DONE if is_news else State.IGNORED, now=now)
    except applying.OrderUnknown as problem:
        if now - work.received_at > WAITS:
            _end(work, State.FAILED, reason="order_unknown", now=now)
        else:
            _wait(work, problem.mark, now=now)
    except _NOT_AGAIN as problem:
        _end(work, State.FAILED, reason=_code(problem), place=_place(problem), now=now)
    except Exception as problem:  # the boundary: a fault must end in the row, not only in a log
        log.exception("delivery of a store failed", delivery=str(work.id), topic=work.topic)
        if connection.in_atomic_block and connection.needs_rollback:
            raise
        if work.attempts >= MOST_ATTEMPTS:
            _end(work, State.FAILED, reason="fault", place=type(problem).__name__, now=now)
        else:
            HookDelivery.objects.filter(id=work.id).update(reason="fault", place=type(problem).__name__)


def _apply(work: Work, *, now: datetime) -> tuple[bool, list[refunds.UnableToWriteRefund]]:
    """Whether anything was new, and what could not be written beside the rest."""
    source = Source.objects.get(id=work.source)
    body: Any = msgspec.json.decode(hourly.open_(work.sealed, context=_context(work.digest)))
    reader = STORES[work.vendor].topics[work.topic]
    told = reader(body, reading.Telling(source.key, work.received_at))
    receipt = applying.Receipt(source=source, received_at=work.received_at, now=now)
    news = [applying.write(fact, receipt) for fact in told]
    return any(news), receipt.problems


def _end(work: Work, state: str, *, now: datetime, reason: str = "", place: str = "") -> None:
    """The body of a failed delivery stays for a replay; of every other it is forgotten at once."""
    changes: dict[str, Any] = {
        "state": state,
        "reason": reason,
        "place": place[:120],
        "handled_at": now,
        "waits_for": None,
    }
    if state != State.FAILED:
        changes["sealed"] = None
    with transaction.atomic():
        if HookDelivery.objects.filter(id=work.id, state=State.WAITING).update(**changes):
            _count(work.source, work.topic, state, now=now)


def _wait(work: Work, mark: bytes, *, now: datetime) -> None:
    """Try again in an hour, or as soon as the order comes. Waiting is no failed attempt."""
    HookDelivery.objects.filter(id=work.id).update(
        waits_for=mark, reason="order_unknown", next_at=now + timedelta(hours=1), attempts=0
    )


def replay(*, delivery: uuid.UUID, actor: Actor, now: datetime) -> None:
    """Put a failed delivery back into the queue, for example after a fault was mended. Raises UnableToReplay."""
    with transaction.atomic():
        freed = HookDelivery.objects.filter(id=delivery, state=State.FAILED, sealed__isnull=False).update(
            state=State.WAITING, attempts=0, next_at=now, reason="", place="", handled_at=None
        )
        if not freed:
            raise UnableToReplay
        audit.record(audit.Action.HOOK_REPLAYED, actor=actor, at=now, subject=delivery)
        transaction.on_commit(wake.hooks)


def forget_old(*, now: datetime) -> int:
    """Drop deliveries whose bodies can no longer be read. Returns how many."""
    return HookDelivery.objects.filter(received_at__lt=now - KEPT).delete()[0]


def _count(source: uuid.UUID, topic: str, outcome: str, *, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO commerce_hooktally (id, source_id, topic, outcome, count, last_at)
            VALUES (%s, %s, %s, %s, 1, %s)
            ON CONFLICT (source_id, topic, outcome)
            DO UPDATE SET count = commerce_hooktally.count + 1, last_at = EXCLUDED.last_at
            """,
            [ids.uuid7(), source, topic, outcome, now],
        )


def _context(digest: bytes) -> bytes:
    return b"commerce.hook_delivery:" + digest


def _code(problem: Exception) -> str:
    if isinstance(problem, sealing.Unopenable):
        return "unreadable_body"
    return str(getattr(problem, "code", "") or "refused")[:60]


def _place(problem: Exception) -> str:
    for name in ("place", "pointer", "field"):
        found = getattr(problem, name, "")
        if found:
            return str(found)
    return ""
