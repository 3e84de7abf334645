"""Proves that what holds now follows from the ledger: the derived states compared with what the statements give."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Sequence

from django.db import connection

from cdp.core.chains import sampling
from cdp.core.chains.registry import Told
from consent.models import ConsentState
from consent.services import states
from customers.models import Customer

SUBJECT = "consent_consentstate"
PAGE = 2000


def check(now: dt.datetime, whole: bool) -> Iterator[Told]:  # noqa: FBT001  (a proof of `chains.prove`)
    """Compare everybody's states, or those of a sample of ten thousand people; where there are no more than those,
    everybody's. Nothing is written.
    """
    for page in sampling.pages(_people, _last, whole=whole, size=PAGE):
        yield sampling.compare(page, _different)


def _last() -> uuid.UUID | None:
    return Customer.objects.filter(merged_into=None).order_by("-id").values_list("id", flat=True).first()


def _people(after: uuid.UUID, most: int) -> list[uuid.UUID]:
    """The next people who may have a state: erased ones have none, absorbed ones neither."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id FROM customers_customer WHERE id > %s AND merged_into IS NULL AND status IN ('known', 'anonymous')
            ORDER BY id LIMIT %s
            """,
            [after, most],
        )
        return [row for (row,) in cursor.fetchall()]


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
