"""Proves that what holds now follows from the ledger: the derived states compared with what the statements give."""

import datetime as dt
import secrets
import uuid
from collections.abc import Collection, Iterator, Sequence

from django.db import connection

from cdp.core.chains.judging import STATE
from cdp.core.chains.registry import Fault, Told
from consent.models import ConsentState
from consent.services import states
from customers.models import Customer

SUBJECT = "consent_consentstate"
PAGE = 2000
SAMPLES = 5
"""Pages of a sample, each at a place drawn anew."""


def check(now: dt.datetime, whole: bool) -> Iterator[Told]:  # noqa: FBT001  (a proof of `chains.prove`)
    """Compare everybody's states, or those of a sample of ten thousand people; where there are no more than those,
    everybody's. Nothing is written.

    Who differs is looked at a second time, as somebody may have spoken between the two reads.
    """
    if whole or _are_few():
        after: uuid.UUID | None = uuid.UUID(int=0)
        while after is not None:
            page = _people(after)
            yield _compare(page)
            after = page[-1] if page else None
        return
    first, last = _ends()
    if first is None or last is None:
        return
    for _ in range(SAMPLES):
        # Between the first id and the last: ids begin with their time, so no place drawn there is empty.
        start = first.int + secrets.randbelow(max(1, last.int - first.int))
        yield _compare(_people(uuid.UUID(int=start - 1)))


def _are_few() -> bool:
    """Whether a sample would be everybody, some of them twice."""
    return Customer.objects.filter(merged_into=None)[: SAMPLES * PAGE].count() < SAMPLES * PAGE


def _ends() -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """The first and the last id, by the index."""
    ends = []
    with connection.cursor() as cursor:
        for order in ("ASC", "DESC"):
            cursor.execute(
                f"SELECT id FROM customers_customer WHERE merged_into IS NULL ORDER BY id {order} LIMIT 1"  # noqa: S608
            )
            ends.append((cursor.fetchone() or (None,))[0])
    return ends[0], ends[1]


def _people(after: uuid.UUID) -> list[uuid.UUID]:
    """The next people who may have a state: erased ones have none, absorbed ones neither."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id FROM customers_customer WHERE id > %s AND merged_into IS NULL AND status IN ('known', 'anonymous')
            ORDER BY id LIMIT %s
            """,
            [after, PAGE],
        )
        return [row for (row,) in cursor.fetchall()]


def _compare(people: Sequence[uuid.UUID]) -> Told:
    wrong = _different(people)
    if wrong:
        wrong = _different(wrong)
    return Told(len(people), [Fault(str(customer), STATE) for customer in wrong])


def _different(people: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    standing = list(ConsentState.objects.filter(customer_id__in=people))
    # Empty is "unknown", not "another": a process of an older version wrote it during an upgrade.
    unknown = {state.record_id for state in standing if not state.ended_by}
    stands = {_key(state, unknown) for state in standing}
    should = {_key(state, unknown) for state in states.derived(people)}
    return sorted({customer for customer, *_ in should ^ stands})


def _key(
    state: ConsentState, unknown: Collection[uuid.UUID]
) -> tuple[uuid.UUID, str, str, bool, str, str, dt.datetime, uuid.UUID]:
    """What has to agree; why it ended only where that is not `unknown`, by record."""
    return (
        state.customer_id,
        state.purpose,
        state.channel,
        state.is_granted,
        state.status,
        "" if state.record_id in unknown else state.ended_by,
        state.at,
        state.record_id,
    )
