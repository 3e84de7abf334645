"""The latest word per purpose and channel, derived from the ledger.

The state is the greatest record by (time, refusal before grant, id). Each write only ever raises it, so the order in
which records arrive, and two writers at once, make no difference.
"""

import uuid
from collections.abc import Collection

from django.db import connection

_RAISE = """
INSERT INTO consent_consentstate AS state (id, customer_id, purpose, channel, is_granted, status, at, record_id)
SELECT DISTINCT ON (customer_id, purpose, channel)
    id, customer_id, purpose, channel, status = 'given', status, at, id
FROM consent_consentrecord
WHERE customer_id = ANY(%(customers)s) {only}
ORDER BY customer_id, purpose, channel, at DESC, (status = 'given'), id DESC
ON CONFLICT (customer_id, purpose, channel) DO UPDATE SET
    is_granted = EXCLUDED.is_granted, status = EXCLUDED.status, at = EXCLUDED.at, record_id = EXCLUDED.record_id
WHERE (EXCLUDED.at, NOT EXCLUDED.is_granted, EXCLUDED.record_id)
    > (state.at, NOT state.is_granted, state.record_id)
"""


def advance(*, written_ids: Collection[uuid.UUID], customers: Collection[uuid.UUID]) -> None:
    """Take new records of these customers into the state, in one statement. Call it in their transaction."""
    if not written_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _RAISE.format(only="AND id = ANY(%(records)s)"),
            {"customers": sorted(customers), "records": list(written_ids)},
        )


def rebuild(customers: Collection[uuid.UUID]) -> None:
    """Derive the states of these customers anew from the ledger: after a merge, a restore, or a doubt."""
    wanted = sorted(customers)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM consent_consentstate WHERE customer_id = ANY(%s)", [wanted])
        cursor.execute(_RAISE.format(only=""), {"customers": wanted})
