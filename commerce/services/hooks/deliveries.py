"""Deliveries: accepted once, durable before the answer, worked off in turn, kept when they fail.

Working off claims a delivery for a while (so that a worker that is killed, even by the delivery itself, only delays
it), fetches what it does not carry, and then writes its facts and its end in one transaction.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from django.conf import settings
from django.db import connection, transaction

from cdp.core import audit, forgetting, ids, source_secrets, trials, wake
from cdp.core.actors import Actor
from cdp.core.crypto import envelope as sealing
from cdp.core.crypto import hourly, index
from cdp.core.models import Source
from commerce.hooks import asking, reading, signatures
from commerce.hooks.registry import STORES
from commerce.hooks.stores import Part, Reply, Store, Trial
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
MOST_PARTS = 1000
TOKEN = "access"  # noqa: S105  (the name of a token)
PATIENT = frozenset({"rate_limited", "platform_down", "no_answer"})
"""What a platform asks us to wait for, and that it is out of order, is no failed attempt: it may last for days."""
LONGEST_PAUSE = timedelta(hours=1)
MENDED_BY_TOKEN = ("token_missing", "token_refused", "permission_missing")
QUIET = timedelta(minutes=1)
"""For how long nobody asks a platform that did not answer, so that it holds up nobody else's deliveries."""

_NOT_AGAIN = (
    asking.Refused,
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
        if _known(store, source_key)[0] is not None:
            trials.note(trials.TRIED, source_key=source_key, at=now)
        return
    told = store.envelope(headers)
    source, secret = _known(store, source_key)
    if not _is_signed(store, told.signature, secret, body) or source is None:
        if source is not None:
            trials.note(trials.UNSIGNED, source_key=source_key, at=now)
        raise UnableToAccept(401, "wrong_signature", "The signature does not belong to this source and body.")
    if store.parts is None and (told.topic not in store.topics or told.is_test):
        _count(source.id, told.topic, State.IGNORED if told.is_test else UNKNOWN, now=now)
        return
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise UnableToAccept(400, "malformed_json", "The body is no JSON.") from problem
    if not isinstance(content, dict):
        raise UnableToAccept(400, "not_an_object", "The body must be a JSON object.")
    trials.note(trials.TRIED, source_key=source_key, at=now)
    if store.parts is None:
        _keep(store, source, [(told.topic, told.delivery, body)], now=now)
    else:
        _keep(store, source, _read(store, source, content, now=now), now=now)
    wake.hooks()


def reply(*, store: Store, source_key: str, query: Mapping[str, str], now: datetime) -> Reply:
    """The answer to what a platform asks before it sends anything. Raises UnableToAccept."""
    source, secret = _known(store, source_key)
    found = None
    if store.tries and source and secret:
        found = store.tries(Trial(query, secret, source_secrets.verify_token(source_key)))
    if found is None:
        if source is not None:
            trials.note(trials.UNSIGNED, source_key=source_key, at=now)
        raise UnableToAccept(403, "not_agreed", "This does not belong to this source.")
    trials.note(trials.TRIED, source_key=source_key, at=now)
    return found


def _known(store: Store, source_key: str) -> tuple[Source | None, bytes | None]:
    source = Source.objects.filter(key=source_key).first()
    secret = source_secrets.find(source, vendor=store.key) if source else None
    return (source, secret) if secret else (None, None)


def _is_signed(store: Store, given: str, secret: bytes | None, body: bytes) -> bool:
    """Whether one of the ways in which this store signs gives that signature."""
    # A secret is made up where there is none: whether a source exists is nobody's business.
    ways = [store.sign, *([store.also_signs] if store.also_signs else [])]
    found = [signatures.agree(given, way(secret or b"nobody knows this source", body)) for way in ways]
    return any(found) and secret is not None


def _read(store: Store, source: Source, content: dict[str, Any], *, now: datetime) -> list[tuple[str, str, bytes]]:
    """The parts of a body that somebody reads; the others are counted."""
    assert store.parts is not None, "asked only of stores that tell of several things at once"  # noqa: S101
    try:
        parts: Sequence[Part] = store.parts(content)
    except reading.Unreadable as problem:
        raise UnableToAccept(400, problem.code, f"Not readable: {problem.place}.") from problem
    if len(parts) > MOST_PARTS:
        raise UnableToAccept(413, "too_many", "The body tells of more than 1,000 things.")
    for part in parts:
        if part.topic not in store.topics:
            _count(source.id, part.topic, UNKNOWN, now=now)
    return [
        (part.topic, part.delivery, msgspec.json.encode(part.body, order="deterministic"))
        for part in parts
        if part.topic in store.topics
    ]


def _keep(store: Store, source: Source, told: Sequence[tuple[str, str, bytes]], *, now: datetime) -> None:
    rows = []
    for topic, delivery, body in told:
        digest = index.lasting(
            "commerce.hook_delivery", "\n".join([source.key, delivery, topic, hashlib.sha256(body).hexdigest()])
        )
        rows.append(
            HookDelivery(
                id=ids.uuid7(),
                digest=digest,
                source=source,
                vendor=store.key,
                topic=topic,
                received_at=now,
                next_at=now,
                sealed=hourly.seal(body, context=_context(digest)),
            )
        )
    HookDelivery.objects.bulk_create(rows, ignore_conflicts=True)


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
        source = Source.objects.get(id=work.source)
        body = _whole(work, source, now=now)
        with transaction.atomic():
            is_news, problems = _apply(work, body, source, now=now)
            if problems:
                _end(work, State.FAILED, reason=problems[0].code, place=_place(problems[0]), now=now)
            else:
                _end(work, State.DONE if is_news else State.IGNORED, now=now)
    except asking.Later as problem:
        _postpone(work, problem, now=now)
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


def _whole(work: Work, source: Source, *, now: datetime) -> dict[str, Any]:
    """The body, with what it does not carry fetched from the platform. Raises asking.Later and asking.Refused."""
    body: dict[str, Any] = msgspec.json.decode(hourly.open_(work.sealed, context=_context(work.digest)))
    store = STORES[work.vendor]
    body.pop(asking.FETCHED, None)  # that word is ours
    if asker := store.asks.get(work.topic):
        # What came from the platform before must not show that platform's successor's token to it.
        secret = source_secrets.find(source, vendor=work.vendor)
        desk = asking.Desk(
            source=source.key,
            secret=secret or b"",
            token=source_secrets.find_token(source, TOKEN) if secret else "",
            address=getattr(settings, store.setting),
        )
        try:
            body[asking.FETCHED] = asker(body, desk)
        except asking.Refused as problem:
            if problem.code in MENDED_BY_TOKEN:
                desk.verdicts.append(problem.code)
            raise
        finally:
            if desk.token and desk.verdicts:  # staff see whether the platform accepts our token
                source_secrets.note_refusal(source=source, name=TOKEN, reason=desk.verdicts[-1], asked_at=now)
    return body


def _apply(
    work: Work, body: dict[str, Any], source: Source, *, now: datetime
) -> tuple[bool, list[refunds.UnableToWriteRefund | reading.Unreadable]]:
    """Whether anything was new, and what could not be written beside the rest."""
    reader = STORES[work.vendor].topics[work.topic]
    told = reader(body, reading.Telling(source.key, work.received_at, now))
    receipt = applying.Receipt(source=source, received_at=work.received_at, now=now)
    news = [applying.write(fact, receipt) for fact in told]
    return any(news), receipt.problems


def _postpone(work: Work, problem: asking.Later, *, now: datetime) -> None:
    """The platform did not give it: try again later, and leave that platform alone for a while with everything else.

    Otherwise each of its waiting deliveries would hold up those of others for as long as we wait for an answer.
    """
    is_patient = problem.code in PATIENT
    if now - work.received_at > WAITS or (work.attempts >= MOST_ATTEMPTS and not is_patient):
        _end(work, State.FAILED, reason=problem.code, now=now)
        return
    pause = QUIET if problem.wait is None else timedelta(seconds=problem.wait)
    doubled = min(LEASE * 2 ** min(work.attempts, 10), LONGEST_PAUSE)
    HookDelivery.objects.filter(id=work.id).update(
        reason=problem.code,
        next_at=now + max(pause, doubled),
        attempts=min(work.attempts, MOST_ATTEMPTS - 2) if is_patient else work.attempts,
    )
    HookDelivery.objects.filter(
        source_id=work.source, vendor=work.vendor, state=State.WAITING, next_at__lte=now
    ).update(next_at=now + pause)


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


def try_again(*, source: Source, now: datetime) -> int:
    """Put everything back into the queue that failed for want of a token: there is another now. Returns how many."""
    freed = HookDelivery.objects.filter(
        source=source, state=State.FAILED, reason__in=MENDED_BY_TOKEN, sealed__isnull=False
    ).update(state=State.WAITING, attempts=0, next_at=now, reason="", place="", handled_at=None)
    if freed:
        transaction.on_commit(wake.hooks)
    return freed


def forget_old(*, now: datetime) -> int:
    """Drop deliveries whose bodies can no longer be read. Returns how many."""
    return forgetting.in_portions(HookDelivery.objects.filter(received_at__lt=now - KEPT))


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
