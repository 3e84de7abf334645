"""Customers taken at random, for estimates where judging everybody takes too long."""

import uuid
from typing import NamedTuple

from django.db import connection

_AT_RANDOM = """
SELECT id, status = 'known' FROM customers_customer TABLESAMPLE SYSTEM (%(share)s) LIMIT %(most)s
"""


class Sample(NamedTuple):
    """The known customers among the rows that were drawn, and how many rows of all each drawn one stands for."""

    known: list[uuid.UUID]
    scale: float


def at_random(most: int) -> Sample:
    """At most `most` rows of the customer table, by whole pages."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'customers_customer'::regclass")
        total = cursor.fetchone()[0]
        if total < most:  # never analysed (-1), or not since it was filled; so few would hardly need an estimate
            cursor.execute("SELECT count(*) FROM customers_customer")
            total = max(1, cursor.fetchone()[0])
        cursor.execute(_AT_RANDOM, {"share": min(100.0, 100 * most / total), "most": most})
        drawn = cursor.fetchall()
    return Sample([customer for customer, is_known in drawn if is_known], max(1.0, total / max(1, len(drawn))))
