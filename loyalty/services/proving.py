"""Proves that what is kept beside the ledger follows from it: lots and balances from the movements, and what each act
says it changed from what it moved.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from cdp.core import copying
from cdp.core.chains import sampling
from cdp.core.chains.registry import Told
from customers.selectors import lineage
from loyalty.models import Balance
from loyalty.selectors import purses

SUBJECT = "loyalty_balance"
PAGE = 1000


def check(now: dt.datetime, whole: bool) -> Iterator[Told]:  # noqa: FBT001  (a proof of `chains.prove`)
    """Reckon everybody's purse anew, or those of a sample of five thousand; where there are no more, everybody's.

    Nothing is written.
    """
    for page in sampling.pages(_owners, _last, whole=whole, size=PAGE):
        yield sampling.compare(page, _different)


def _owners(after: uuid.UUID, most: int) -> list[uuid.UUID]:
    """The next customers' rows that have anything; the erased have nothing left."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT customer_id FROM (
                (SELECT DISTINCT customer_id FROM loyalty_balance
                    WHERE customer_id > %(after)s ORDER BY 1 LIMIT %(most)s)
                UNION
                (SELECT DISTINCT customer_id FROM loyalty_lot
                    WHERE customer_id > %(after)s ORDER BY 1 LIMIT %(most)s)
            ) one ORDER BY 1 LIMIT %(most)s
            """,
            {"after": after, "most": most},
        )
        return [row for (row,) in cursor.fetchall()]


def _last() -> uuid.UUID | None:
    return Balance.objects.order_by("-customer_id").values_list("customer_id", flat=True).first()


_LOTS = """
SELECT COALESCE(s.customer_id, l.customer_id)
FROM (
    SELECT customer_id, lot_id,
        COALESCE(sum(amount) FILTER (WHERE account = 'pending'), 0) AS pending,
        COALESCE(sum(amount) FILTER (WHERE account = 'active'), 0) AS active,
        COALESCE(sum(amount) FILTER (WHERE account = 'held'), 0) AS held,
        -- What has expired is the shop's account, and beside the lot: it may be given back.
        COALESCE(sum(amount) FILTER (WHERE account = 'expired'), 0) AS expired
    FROM loyalty_leg WHERE customer_id = ANY(%(people)s::uuid[]) AND lot_id IS NOT NULL GROUP BY 1, 2
) s
FULL JOIN (SELECT * FROM loyalty_lot WHERE customer_id = ANY(%(people)s::uuid[])) l
    ON l.customer_id = s.customer_id AND l.id = s.lot_id
WHERE (s.pending, s.active, s.held, s.expired) IS DISTINCT FROM (l.pending, l.active, l.held, l.expired)
"""
_BALANCES = """
SELECT COALESCE(b.customer_id, l.customer_id, d.customer_id)
FROM (SELECT * FROM loyalty_balance WHERE customer_id = ANY(%(people)s::uuid[])) b
FULL JOIN (
    SELECT customer_id, wallet, sum(pending) AS pending, sum(active) AS active, sum(held) AS held
    FROM loyalty_lot WHERE customer_id = ANY(%(people)s::uuid[]) GROUP BY 1, 2
) l ON l.customer_id = b.customer_id AND l.wallet = b.wallet
FULL JOIN (
    SELECT customer_id, wallet, -sum(amount) AS debt FROM loyalty_leg
    WHERE customer_id = ANY(%(people)s::uuid[]) AND account = 'debt' GROUP BY 1, 2
) d ON d.customer_id = COALESCE(b.customer_id, l.customer_id) AND d.wallet = COALESCE(b.wallet, l.wallet)
WHERE (COALESCE(b.pending, 0), COALESCE(b.active, 0), COALESCE(b.held, 0), COALESCE(b.debt, 0))
    IS DISTINCT FROM (COALESCE(l.pending, 0), COALESCE(l.active, 0), COALESCE(l.held, 0), COALESCE(d.debt, 0))
"""
_ACTS = """
SELECT a.customer_id FROM loyalty_act a
LEFT JOIN (
    SELECT act_id, sum(amount * ((credit = ANY(%(theirs)s))::int - (debit = ANY(%(theirs)s))::int)) AS change
    FROM loyalty_movement WHERE customer_id = ANY(%(holders)s::uuid[]) GROUP BY 1
) m ON m.act_id = a.id
WHERE a.customer_id = ANY(%(people)s::uuid[]) AND a.change <> COALESCE(m.change, 0)
"""


def _holders(people: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    found = lineage.holders(lineage.everybody(people))
    return found | purses.hands(found)


def _different(people: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Whose lots, balances or acts say something else than the movements."""
    values: dict[str, Any] = {
        "people": copying.array(list(people)),
        # An act may have moved lots of whoever shared the purse then.
        "holders": copying.array(sorted(_holders(people))),
        "theirs": ["pending", "active", "held", "debt"],
    }
    found: set[uuid.UUID] = set()
    with connection.cursor() as cursor:
        for statement in (_LOTS, _BALANCES, _ACTS):
            cursor.execute(statement, values)
            found |= {row for (row,) in cursor.fetchall()}
    return sorted(found)
