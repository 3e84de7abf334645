"""What this room says on the page of one customer: key numbers, segments, and when to win somebody back."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.selectors import metrics, segments
from cdp.core.panels import Advice, Question
from commerce.models import Order
from consent.selectors import ledger, profiling

LAPSED_DAYS = 90
MONTHS = 12
QUIET = timedelta(days=30)
"""How long nothing is suggested to somebody who withdrew a permission."""


def figures(question: Question) -> dict[str, Any]:
    """Orders and money; the panel shows zeros too, because never having bought is worth knowing."""
    found = _metrics(question)
    by_currency = dict(found["revenue_by_currency"] or {})
    shop = settings.CDP_CURRENCY
    if found["revenue_total"] is not None:
        # The total comes first; amounts paid in other currencies stand below it.
        amounts = [(found["revenue_total"], shop)]
        amounts += [(amount, currency) for currency, amount in by_currency.items() if currency != shop]
    else:
        amounts = [(amount, currency) for currency, amount in by_currency.items()]
    monthly = orders_by_month(question.lineage, question.now)
    has_refunds = bool(found["refunds_total"] and Decimal(found["refunds_total"]))
    return {
        "figures": found,
        "amounts": amounts,
        "monthly": monthly,
        "has_trend": any(monthly),
        "has_refunds": has_refunds,
        "is_stopped": is_stopped(question),
    }


def _metrics(question: Question) -> dict[str, Any]:
    return question.once("analytics.metrics", lambda: metrics.of_customer(question.customer, question.now))


def is_stopped(question: Question) -> bool:
    """Whether nothing is worked out of this person, because they refused it or are restricted."""
    return question.once("analytics.stopped", lambda: bool(profiling.stopped([question.customer], now=question.now)))


def orders_by_month(customers: Sequence[uuid.UUID], now: datetime) -> list[int]:
    """Orders that count in each of the last twelve months, the present one last, in the shop's time zone."""
    today = timezone.localtime(now)
    present = today.year * 12 + today.month - 1
    counts = [0] * MONTHS
    placed = Order.objects.filter(
        customer_id__in=list(customers), is_counted=True, placed_at__gte=now - timedelta(days=366)
    )
    for at in placed.values_list("placed_at", flat=True):
        local = timezone.localtime(at)
        back = present - (local.year * 12 + local.month - 1)
        if 0 <= back < MONTHS:
            counts[MONTHS - 1 - back] += 1
    return counts


def membership(question: Question) -> dict[str, Any]:
    """The segments the person is in, each with the moment of entering."""
    entered = segments.of_customer(question.customer)
    return {
        "memberships": entered,
        "may_open": question.reader.can("segments"),
        "is_stopped": is_stopped(question),
    }


def advice(question: Question) -> list[Advice]:
    """Somebody who bought before and has been quiet for long may be worth a message, where consent allows it."""
    if is_stopped(question):
        return []
    found = _metrics(question)
    days = found["days_since_last_order"]
    if not found["orders_count"] or days is None or days <= LAPSED_DAYS:
        return []
    said = [state for state in ledger.said(question) if state.purpose == "marketing"]
    if not any(state.is_granted for state in said):
        return []
    if any(state.status == "withdrawn" and state.at > question.now - QUIET for state in said):
        return []  # they have just asked for less, not for more
    return [
        Advice(
            "analytics.lapsed",
            70,
            gettext_lazy("Consider a win-back"),
            _("The last order was %(days)s days ago.") % {"days": days},
            "refresh",
        )
    ]
