"""Giving the phones of before the number by which their last digits are found."""

from collections.abc import Callable, Sequence

from django.db import connection, transaction

from customers.selectors import endings
from customers.services import older_phones
from customers.services.older_phones import Phone


def fill(*, most: int | None = None, on_progress: Callable[[int], None] | None = None) -> int:
    """Index every phone that has no number yet, or about `most` of them; returns how many got one."""
    return older_phones.go_through("ending", _index, most=most, on_progress=on_progress)


def _index(phones: Sequence[Phone]) -> int:
    found = [(phone.customer, phone.row, endings.number(phone.number)) for phone in phones if phone.number]
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
