"""The home page: the state of the shop, and what to do next."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.models import Segment
from campaigns.models import Campaign
from cdp.core.models import Job
from cdp.core.views.access import requires
from cdp.web import figures

SHOWN = 6


@requires("dashboard")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Figures, two charts, and the rooms' newest things."""
    now = timezone.now()
    found = figures.home(now=now)
    may = request.user.can  # type: ignore[union-attr]
    context: dict[str, Any] = {
        "home": found,
        "currency": settings.CDP_CURRENCY,
        "customers_change": _change(found.new_customers, found.new_before),
        "orders_change": _change(found.orders, found.orders_before),
        "revenue_change": _change(float(found.revenue), float(found.revenue_before)),
        "revenue_chart": _chart(found, found.weekly_revenue, _("Revenue"), money=True),
        "customers_chart": _chart(found, found.weekly_customers, _("New customers"), money=False),
        "segments": Segment.objects.filter(archived_at=None).order_by("-size")[:SHOWN] if may("segments") else [],
        "campaigns": Campaign.objects.all()[:SHOWN] if may("campaigns.view") else [],
        "imports": Job.objects.filter(kind="import").exclude(state=Job.State.DRAFT).order_by("-id")[:3]
        if may("imports")
        else [],
        "can_import": may("imports"),
    }
    return render(request, "web/home.html", context)


def _change(now: float, before: float) -> float | None:
    return (now - before) / before if before else None


def _chart(found: figures.Home, data: list[Any], name: str, *, money: bool) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "type": "area" if money else "bar",
        "x": [date_format(week, "j M") for week in found.weeks],
        "x_label": _("Week of"),
        "series": [{"name": name, "data": data}],
    }
    if money:
        spec |= {"unit": "money", "currency": settings.CDP_CURRENCY}
    return spec
