"""What this room says on the page of one customer: key numbers, segments, and when to win somebody back."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.selectors import metrics, segments
from cdp.core.panels import Advice, Question
from consent.selectors import ledger

LAPSED_DAYS = 90


def figures(question: Question) -> dict[str, Any]:
    """Orders and money; the panel shows zeros too, because never having bought is worth knowing."""
    found = metrics.of_customer(question.customer, question.now)
    others = {
        currency: amount
        for currency, amount in (found["revenue_by_currency"] or {}).items()
        if currency != settings.CDP_CURRENCY
    }
    return {"figures": found, "other_currencies": others}


def membership(question: Question) -> dict[str, Any]:
    """The segments the person is in, each with the moment of entering."""
    entered = segments.of_customer(question.customer)
    return {"memberships": entered, "may_open": question.reader.can("segments")}


def advice(question: Question) -> list[Advice]:
    """Somebody who bought before and has been quiet for long may be worth a message, where consent allows it."""
    found = metrics.of_customer(question.customer, question.now)
    days = found["days_since_last_order"]
    if not found["orders_count"] or days is None or days <= LAPSED_DAYS:
        return []
    if not ledger.states([question.customer]).filter(purpose="marketing", is_granted=True).exists():
        return []
    return [
        Advice(
            "analytics.lapsed",
            70,
            gettext_lazy("Consider a win-back"),
            _("The last order was %(days)s days ago.") % {"days": days},
            "refresh",
        )
    ]
