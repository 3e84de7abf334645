"""Going through the phones of before a column of theirs was there: each is opened once, and what it tells is written.

Each batch commits by itself, and what was looked at is passed over: after an interruption it simply runs again. What
cannot be opened is left for another time.
"""

import uuid
from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog

from cdp.core.crypto import subjects
from cdp.core.crypto.envelope import Unopenable
from customers.models import ContactPoint

log = structlog.get_logger("older_phones")
BATCH = 5000


class Phone(NamedTuple):
    """A number in E.164 (empty for none) and its row."""

    customer: uuid.UUID
    row: uuid.UUID
    number: str


Writer = Callable[[Sequence[Phone]], int]
"""Writes what a batch tells, in a transaction of its own; how many rows were written."""


def go_through(
    column: str, write: Writer, *, most: int | None = None, on_progress: Callable[[int], None] | None = None
) -> int:
    """Hand every phone that has nothing in `column`, or about `most` of them, to `write`; how many it wrote.

    `column` has a partial index over the rows that wait, else every look would read the whole table.
    """
    done, last = 0, None
    waiting = ContactPoint.objects.filter(kind=ContactPoint.Kind.PHONE, value__isnull=False, **{column: None})
    while most is None or done < most:
        rows = waiting if last is None else waiting.filter(id__gt=last)
        batch = list(rows.order_by("id").values_list("customer_id", "id", "value")[:BATCH])
        if not batch:
            break
        if found := _opened(batch):
            done += write(found)
        last = batch[-1][1]
        if on_progress:
            on_progress(done)
    return done


def _opened(batch: Sequence[tuple[uuid.UUID, uuid.UUID, bytes | memoryview]]) -> list[Phone]:
    keyring = subjects.load({customer for customer, _row, _value in batch})
    found = []
    for customer, row, value in batch:
        try:
            number = keyring.open(value, table="customers_contactpoint", column="value", row=row)
        except Unopenable:
            log.error("a phone cannot be read", customer=str(customer))  # noqa: TRY400
            continue
        found.append(Phone(customer, row, number or ""))
    return found
