"""What this room says on the page of one customer: the matrix, and advice to ask."""

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cdp.core import panels
from consent.models import Channel
from consent.selectors import evidence, ledger

FORM, DESK = "web:signup", "web:counter-person"


def context(question: panels.Question) -> dict[str, Any]:
    """The matrix of the panel, and whether news by e-mail, which most campaigns need, were ever spoken of."""
    matrix = ledger.matrix(ledger.said(question), language=get_language() or "")
    said = {
        cell["channel"]
        for row in matrix.rows
        if row["key"] == "marketing"
        for cell in row["cells"]
        if cell["status"] != "none"
    }
    return {
        "matrix": matrix,
        "is_unasked": not said & {Channel.EMAIL, Channel.ANY},
        "form_url": reverse(FORM),
        "desk_url": _desk(question),
        "history_url": reverse("consent:history", args=[question.customer]) if said else "",
        "link_url": _link(question),
        "record_url": reverse("consent:record", args=[question.customer])
        if question.reader.can("consent.record")
        else "",
        "file_count": evidence.number(question.lineage),
        "complaint_url": reverse("consent:complained", args=[question.customer])
        if question.reader.can("consent.record")
        else "",
        "receipt_url": reverse("consent:receipt", args=[question.customer])
        if said and question.reader.can("consent.record")
        else "",
    }


def _desk(question: panels.Question) -> str:
    """Where staff write down what somebody says to them; empty for those who may not."""
    may = question.reader.can("consent.record") and question.reader.can("customers.edit")
    return reverse(DESK, args=[question.customer]) if may else ""


def _link(question: panels.Question) -> str:
    """Where staff send the person the link to their own settings; empty for those who may not."""
    return reverse("consent:send-link", args=[question.customer]) if question.reader.can("consent.record") else ""


def advice(question: panels.Question) -> list[panels.Advice]:
    """Ask somebody who was never asked about news by any way: otherwise nothing may ever be sent."""
    if any(state.purpose == "marketing" for state in ledger.said(question)):
        return []
    return [
        panels.Advice(
            key="consent.ask",
            weight=40,
            title=_("Ask whether news are welcome"),
            text=_("This customer was never asked, so no campaign may reach them."),
            icon="consent",
            action_label=_("Ask them at the counter") if _desk(question) else _("Open the sign-up form"),
            action_url=_desk(question) or reverse(FORM),
        )
    ]
