"""What this room says on the page of one customer: the matrix, and advice to ask."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cdp.core import panels
from consent.selectors import ledger


def context(question: panels.Question) -> dict[str, Any]:
    """The matrix of the panel."""
    return {"matrix": ledger.matrix(question.customer, language=get_language() or "")}


def advice(question: panels.Question) -> list[panels.Advice]:
    """Ask somebody who was never asked about news by any way: otherwise nothing may ever be sent."""
    if ledger.states([question.customer]).filter(purpose="marketing").exists():
        return []
    return [
        panels.Advice(
            key="consent.ask",
            weight=40,
            title=_("Ask whether news are welcome"),
            text=_("This customer was never asked, so no campaign may reach them."),
            icon="consent",
        )
    ]
