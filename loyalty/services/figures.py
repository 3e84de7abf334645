"""What each member has in points, kept beside their row for lists and segments. The ledger knows better: whoever shows
a balance reads the purse.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from cdp.core import copying
from loyalty.models import Member
from loyalty.rules.programme import MAIN
from loyalty.selectors import purses

_KEEP = """
WITH has AS (
    SELECT p.top, COALESCE(sum(b.active - CASE WHEN p.is_own THEN b.debt ELSE 0 END), 0) AS points
    FROM unnest(%(rows)s::uuid[], %(tops)s::uuid[], %(owns)s::boolean[]) AS p (row, top, is_own)
    LEFT JOIN loyalty_balance b ON b.customer_id = p.row AND b.wallet = %(wallet)s
    GROUP BY p.top
)
UPDATE loyalty_member m SET points = h.points FROM has h WHERE m.customer_id = h.top AND m.points <> h.points
"""


def keep(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Bring the figure of the members among these up to their balances: a step of the pipeline, after what earns.

    One query where nobody of them takes part; unchanged rows are not written.
    """
    members = Member.objects.filter(customer_id__in=list(customers), left_at=None)
    tops = list(members.values_list("customer_id", flat=True))
    if not tops:
        return
    shared = purses.sharing(tops)
    pairs = sorted((row, top, row in shared.persons[top]) for top in tops for row in shared.rows(top))
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            {
                "rows": copying.array([row for row, _top, _own in pairs]),
                "tops": copying.array([top for _row, top, _own in pairs]),
                "owns": copying.array([own for _row, _top, own in pairs]),
                "wallet": MAIN,
            },
        )
