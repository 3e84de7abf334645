"""How each order and return stood when it was settled: what did not change since is passed over."""

import uuid
from collections.abc import Mapping, Sequence

from django.db import connection

from cdp.core import copying, ids
from loyalty.selectors.facts import Changed


def remember(rows: Mapping[uuid.UUID, uuid.UUID], changed: Sequence[Changed]) -> None:
    """Keep how each fact stood, with who stands for its purse and wherever it was settled before. Two statements."""
    kept = sorted((one.top, one.kind, one.fact, one.seen) for one in changed)
    columns = [copying.array(list(column)) for column in zip(*kept, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE loyalty_settled s SET seen = w.seen
            FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[]) AS w (top, kind, fact, seen)
            JOIN unnest(%s::uuid[], %s::uuid[]) AS p (row, top) ON p.top = w.top
            WHERE s.customer_id = p.row AND s.kind = w.kind AND s.fact_id = w.fact
            """,
            [*columns, copying.array(list(rows)), copying.array(list(rows.values()))],
        )
        cursor.execute(
            """
            INSERT INTO loyalty_settled (id, customer_id, kind, fact_id, seen)
            SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::text[])
            ON CONFLICT (customer_id, kind, fact_id) DO NOTHING
            """,
            [copying.array(ids.uuid7s(len(kept))), *columns],
        )
