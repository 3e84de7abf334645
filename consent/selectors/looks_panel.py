"""Who looked at this customer, on the customer's page; for whoever may read the access log."""

from typing import Any

from cdp.core import panels
from consent.selectors import look_places, looks
from customers.selectors import staff

SHOWN = 5


def context(question: panels.Question) -> dict[str, Any] | None:
    """The newest looks of others than the reader; who looked at the same place more often stands there once."""
    if not question.reader.can("access_log"):
        return None
    rows = [row for row in looks.of_customer(question.lineage, limit=SHOWN * 4) if row.actor_id != question.reader.id]
    names = staff.names(row.actor_id for row in rows)
    seen: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        who, place = names.get(str(row.actor_id), ""), look_places.of(row.view, row.actor_kind)
        told = {"who": who, "kind": row.actor_kind, "place": place, "at": row.at, "times": 0}
        seen.setdefault((who, row.actor_kind, place), told)["times"] += 1
    return {
        "looks": list(seen.values())[:SHOWN],
        "customer_id": question.customer,
    }
