"""Giving the phones of before the number by which their last digits are found."""

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from django.db import connection, transaction

from cdp.core.crypto import subjects
from cdp.core.crypto.envelope import Unopenable
from customers.models import ContactPoint
from customers.selectors import endings

log = structlog.get_logger("phone_endings")
BATCH = 5000


def fill(*, most: int | None = None, on_progress: Callable[[int], None] | None = None) -> int:
    """Index every phone that has no number yet, or about `most` of them; returns how many got one.

    Each batch commits by itself, and what has its number is passed over: after an interruption it simply runs again.
    """
    done, last = 0, None
    # As the condition of the index customers_contactpoint_waits: without it every look would read the whole table.
    waiting = ContactPoint.objects.filter(kind=ContactPoint.Kind.PHONE, ending=None, value__isnull=False)
    while True:
        rows = waiting if last is None else waiting.filter(id__gt=last)
        batch = list(rows.order_by("id").values_list("customer_id", "id", "value")[:BATCH])
        if not batch or (most is not None and done >= most):
            return done
        done += _index(batch)
        last = batch[-1][1]
        if on_progress:
            on_progress(done)


def _index(batch: Sequence[tuple[Any, Any, Any]]) -> int:
    keyring = subjects.load({customer for customer, _row, _value in batch})
    found = []
    for customer, row, value in batch:
        try:
            phone = keyring.open(value, table="customers_contactpoint", column="value", row=row)
        except Unopenable:
            log.error("a phone cannot be read", customer=str(customer))  # noqa: TRY400
            continue
        if phone:
            found.append((customer, row, endings.number(phone)))
    if not found:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE customers_contactpoint AS p SET ending = n.ending
            FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[]) AS n (customer_id, id, ending)
            WHERE p.customer_id = n.customer_id AND p.id = n.id
            """,
            [list(column) for column in zip(*found, strict=True)],
        )
        return cursor.rowcount
