"""Facts that may not land under the wrong id: who stands for an id, and nobody merges or parts them meanwhile."""

import uuid
from collections.abc import Collection

from django.db import connection

from customers.selectors import lineage


def hold(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Who stands for each of these ids until the end of the transaction; who can have no facts any more is left out.

    A merge and its undoing take their people FOR UPDATE and so wait for this, as this waits for them; writers of
    profiles and other holders do not. Two statements, however many customers.
    """
    while True:
        known = lineage.standing(customers)
        held = sorted({*known, *known.values()})
        if not held:
            return known
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, status FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [held]
            )
            # A row that was waited for comes as its last writer left it.
            status = dict(cursor.fetchall())
        if all(asked == who and status.get(who) in lineage.LIVING for asked, who in known.items()):
            return known
        # Somebody was absorbed before or just now: what was found last is true if it is found again behind the locks.
        if lineage.standing(customers) == known:
            return known


def queue(customers: Collection[uuid.UUID]) -> None:
    """Let one transaction after the other work on what is derived from all facts of these customers.

    In the order of their ids, and after `hold`: its lock does not stand in the way of this one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [sorted(customers)]
        )
