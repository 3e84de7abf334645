"""Customers taken at random, for estimates where judging everybody takes too long, and people of the sample shop."""

import uuid
from collections.abc import Collection
from typing import NamedTuple

from django.db import connection

from cdp.core import mail
from customers.models import Customer

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


def held_back(customers: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these who are of the sample shop, where messages leave this machine: nobody may read them."""
    if not mail.reaches_the_world():
        return set()
    return set(Customer.objects.filter(id__in=list(customers), is_sample=True).values_list("id", flat=True))
