"""What somebody asked for under their rights and whether their data rest, on the customer's page."""

from typing import Any

from cdp.core import panels
from consent.selectors import holds, requests, restrictions

SHOWN = 3


def context(question: panels.Question) -> dict[str, Any] | None:
    """Open requests, restrictions and holds; for whoever may take a request."""
    if not question.reader.can("consent.record"):
        return None
    waiting = requests.of(question.lineage).filter(closed_at__isnull=True).defer("words")[:SHOWN]
    return {
        "customer_id": question.customer,
        "waiting": [{"row": row, "clock": requests.clock(row, now=question.now)} for row in waiting],
        "is_restricted": bool(restrictions.restricted([question.customer], at=question.now)),
        "is_held": bool(holds.held([question.customer], at=question.now)),
        "may_manage": question.reader.can("consent.manage"),
    }
