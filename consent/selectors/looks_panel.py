"""Who looked at this customer, on the customer's page; for whoever may read the access log."""

from typing import Any

from cdp.core import panels
from consent.selectors import looks
from customers.selectors import staff

SHOWN = 5


def context(question: panels.Question) -> dict[str, Any] | None:
    """The newest looks of others than the reader."""
    if not question.reader.can("access_log"):
        return None
    rows = [row for row in looks.of_customer(question.lineage, limit=SHOWN * 4) if row.actor_id != question.reader.id]
    names = staff.names(row.actor_id for row in rows)
    return {
        "looks": [
            {"who": names.get(str(row.actor_id), ""), "kind": row.actor_kind, "at": row.at} for row in rows[:SHOWN]
        ],
        "customer_id": question.customer,
    }
