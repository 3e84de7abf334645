"""Marks, drains and steps: how a fact becomes metrics, segment membership and messages.

A service that writes facts appends a mark for each customer in the same transaction. A drain locks one state row per
customer, then reads and deletes the marks it saw, runs the steps as separate READ COMMITTED statements and commits.

Marks are appended and never unique: a unique mark with ON CONFLICT DO NOTHING loses facts that are committed while a
drain runs, and claiming marks by deleting them first blocks writers. The customer lock comes before the marks are
read, or an older snapshot could overwrite a newer metric (all three were seen, see the fine print).
"""

import contextlib
import contextvars
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache

import structlog
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.utils.module_loading import import_string

from cdp.core import binary, copying, memory, wake
from cdp.core.models import Mark, PipelineState

log = structlog.get_logger("pipeline")

INTERACTIVE = 0
BULK = 1
ASIDE = 9
"""Marks of customers whose facts a step cannot digest; their next change tries again."""
INDIGESTIBLE = (
    DataError, IntegrityError, ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip
"""What a fact that nobody foresaw raises, and no outage: those end by themselves, so whoever works tries again."""
BATCH = 2000
MANY = 100
DEEPEST = 10

_depth: contextvars.ContextVar[int] = contextvars.ContextVar("pipeline_depth", default=0)
_held: contextvars.ContextVar[frozenset[uuid.UUID]] = contextvars.ContextVar("pipeline_held", default=frozenset())
_seen: contextvars.ContextVar[frozenset[uuid.UUID]] = contextvars.ContextVar("pipeline_seen", default=frozenset())

Step = Callable[[Sequence[uuid.UUID], datetime], None]
"""Takes customer ids (sorted, unique) and the time; finds what is missing and writes it; may run twice."""


@cache
def steps() -> tuple[tuple[str, Step], ...]:
    """The steps in order, from the composition root (settings.CDP_PIPELINE)."""
    return tuple(import_string(settings.CDP_PIPELINE))


def mark(customers: Iterable[uuid.UUID], *, cause: str, lane: int = INTERACTIVE) -> None:
    """Say that facts of these customers changed. Call it in the transaction that writes the facts.

    A mark made inside a step is one deeper than the marks that step works on; a chain deeper than DEEPEST stops and
    is reported.
    """
    depth = _depth.get()
    if depth > DEEPEST:
        log.error("pipeline chain too deep", cause=cause, depth=depth)
        return
    seen = _seen.get()
    rows = list(dict.fromkeys(customers))
    if seen:
        rows = [customer for customer in rows if customer not in seen]
    if not rows:
        return
    tail = binary.smallint(lane) + binary.text(cause[:60]) + binary.smallint(depth)
    head = binary.begin(4) + binary.ID
    copying.packed(Mark, ("customer_id", "lane", "cause", "depth"), [head + customer.bytes + tail for customer in rows])
    transaction.on_commit(wake.pipeline)


def again(customers: Iterable[uuid.UUID], *, cause: str) -> None:
    """For a step that leaves work for another drain: marked even while held, and no deeper than what is worked on, as
    it is the rest of that and no consequence. Each time something must have been done, or it would never end.
    """
    seen = _seen.set(frozenset())
    try:
        with _deeper(max(_depth.get() - 1, 0)):
            mark(customers, cause=cause)
    finally:
        _seen.reset(seen)


def run_for(customers: Iterable[uuid.UUID], *, now: datetime) -> None:
    """Run the steps here and now for customers whose caller must see the result. Their marks stay for the drain."""
    batch = sorted(set(customers))
    with _deeper(_depth.get() + 1):
        for _name, step in steps():
            step(batch, now)


@contextlib.contextmanager
def seen_by_what_follows() -> Iterator[None]:
    """For a step that makes facts of what lower rooms have: the customers whom this drain holds need no mark for them,
    because the steps that follow see those facts in the same transaction. Without it each would be drained twice.
    """
    token = _seen.set(_held.get())
    try:
        yield
    finally:
        _seen.reset(token)


@contextlib.contextmanager
def _holding(customers: Iterable[uuid.UUID]) -> Iterator[None]:
    token = _held.set(frozenset(customers))
    try:
        yield
    finally:
        _held.reset(token)


@contextlib.contextmanager
def _deeper(depth: int) -> Iterator[None]:
    """Marks made inside the block have this depth."""
    token = _depth.set(depth)
    try:
        yield
    finally:
        _depth.reset(token)


def drain(*, now: datetime, limit: int = BATCH) -> int:
    """Work through one batch of marked customers. Returns how many customers were done.

    Zero means that nothing is marked, or that other drains hold the customers of the oldest `limit` marks. When a step
    cannot digest a batch, it is halved until the one customer is found; that one is set aside and reported, so that
    nobody else waits for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT customer_id FROM (
                SELECT customer_id FROM core_mark WHERE lane < %s ORDER BY lane, id LIMIT %s
            ) oldest
            """,
            [ASIDE, limit],
        )
        wanted = sorted(row[0] for row in cursor.fetchall())
        if not wanted:
            return 0
        # Committed before the work begins: another drain would wait for an uncommitted row instead of skipping it.
        cursor.execute(
            "INSERT INTO core_pipelinestate (customer_id) SELECT unnest(%s::uuid[]) ON CONFLICT DO NOTHING", [wanted]
        )
    return _digest(wanted, now)


def _digest(wanted: list[uuid.UUID], now: datetime) -> int:
    try:
        return _work(wanted, now)
    except INDIGESTIBLE as problem:
        if len(wanted) > 1:
            middle = len(wanted) // 2
            return _digest(wanted[:middle], now) + _digest(wanted[middle:], now)
        log.exception("a customer was set aside", customer=str(wanted[0]), fault=type(problem).__name__)
        Mark.objects.filter(customer_id=wanted[0]).update(lane=ASIDE)
        return 1


def _work(wanted: list[uuid.UUID], now: datetime) -> int:
    """Lock, read the marks, run the steps, all in one transaction. Returns how many customers were free."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT customer_id FROM core_pipelinestate WHERE customer_id = ANY(%s)
            ORDER BY customer_id FOR UPDATE SKIP LOCKED
            """,
            [wanted],
        )
        locked = [row[0] for row in cursor.fetchall()]
        if not locked:
            return 0
        cursor.execute("SELECT id, depth FROM core_mark WHERE customer_id = ANY(%s)", [locked])
        seen = cursor.fetchall()
        cursor.execute("DELETE FROM core_mark WHERE id = ANY(%s)", [[row[0] for row in seen]])
        depth = 1 + max((row[1] for row in seen), default=0)
        # Looking for cycles in what thousands of people have, over and over, was a third of the steps' work.
        collecting = memory.collecting_when_told() if len(locked) >= MANY else contextlib.nullcontext()
        with collecting, _holding(locked), _deeper(depth):
            for _name, step in steps():
                step(locked, now)
        return len(locked)


def hold(customers: Iterable[uuid.UUID]) -> None:
    """Keep drains from these customers until the transaction ends; for work over everybody that writes what a step
    writes. Waits for drains that are at work on them.
    """
    wanted = sorted(customers)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_pipelinestate (customer_id) SELECT unnest(%s::uuid[]) ON CONFLICT DO NOTHING", [wanted]
        )
        cursor.execute(
            "SELECT 1 FROM core_pipelinestate WHERE customer_id = ANY(%s) ORDER BY customer_id FOR UPDATE", [wanted]
        )


def forget(customers: Iterable[uuid.UUID]) -> None:
    """Drop the marks and lock rows of customers whose rows are gone. In the transaction that holds them (`hold`)."""
    gone = list(customers)
    Mark.objects.filter(customer_id__in=gone).delete()
    PipelineState.objects.filter(customer_id__in=gone).delete()


def drain_all(*, now: datetime, on_progress: Callable[[int], None] | None = None) -> int:
    """Drain until nothing is left that this process can take. Returns how many customers were done."""
    total = 0
    while done := drain(now=now):
        total += done
        if on_progress:
            on_progress(total)
    return total


def settle(*, now: Callable[[], datetime], patience: float = 600) -> None:
    """Drain until every mark made so far is gone, beside whatever workers do; for commands that end with a result.

    `now` reads the clock for each batch. Gives up after `patience` seconds with TimeoutError.
    """
    last = Mark.objects.order_by("-id").values_list("id", flat=True).first() or 0
    deadline = time.monotonic() + patience
    while Mark.objects.filter(id__lte=last, lane__lt=ASIDE).exists():
        if drain(now=now()):
            continue
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)  # workers hold the remaining customers


def pending() -> int:
    """How many marks wait: the lag shown to operators."""
    return Mark.objects.count()
