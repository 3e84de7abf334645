"""The home page: the state of the shop, and what to do next."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.models import Segment
from campaigns.models import Campaign
from cdp.core import access, written_dates, written_numbers
from cdp.core.imports import drafts
from cdp.core.models import Job
from cdp.core.views.access import requires, staff_of
from cdp.web import figures, formats, second_factor
from surveys.selectors import review_queue
from surveys.selectors.tickets import queue

SHOWN = 6
SPAN = 4
STEADY = 0.03
MOST_CURRENCIES = 3


@requires("dashboard")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Figures, two charts, and the rooms' newest things."""
    now = timezone.now()
    may = staff_of(request).can
    if not may("home"):
        return redirect(access.home_of(staff_of(request).role))
    found = figures.home(now=now)
    context: dict[str, Any] = {
        "home": found,
        "currency": settings.CDP_CURRENCY,
        "customers_change": _change(found.new_customers, found.new_before),
        "orders_change": _change(found.orders, found.orders_before),
        "revenue_change": _change(float(found.revenue), float(found.revenue_before)),
        "other_note": _unrated(found.other_revenue),
        "revenue_title": _finding(found.weekly_revenue, _revenue_words()),
        "customers_title": _finding(found.weekly_customers, _customers_words()),
        "revenue_chart": _chart(found, found.weekly_revenue, _("Revenue"), money=True),
        "customers_chart": _chart(found, found.weekly_customers, _("New customers"), money=False),
        "segments": Segment.objects.filter(archived_at=None).order_by("-size")[:SHOWN] if may("segments") else [],
        "campaigns": Campaign.objects.all()[:SHOWN] if may("campaigns.view") else [],
        "imports": _latest_imports(now) if may("imports") else [],
        "can_import": may("imports"),
        "waiting": _waiting(now) if may("customers.view") else [],
        "standing": figures.recommendation(now=now) if may("surveys.view") else None,
        "advise_factor": second_factor.is_advised(request),
    }
    return render(request, "web/home.html", context)


def _latest_imports(now: dt.datetime) -> list[dict[str, Any]]:
    latest = drafts.listed(at=now).exclude(state=Job.State.DRAFT).order_by("-id")[:3]
    return [
        {
            "job": job,
            "state": "checked" if drafts.is_checked(job) else job.state,
            "can_go_on": drafts.can_go_on(job, at=now),
        }
        for job in latest
    ]


def _waiting(now: dt.datetime) -> list[dict[str, Any]]:
    """What customers wait for: a line for each kind that has some, counted as far as its own list counts."""
    late, every_late = queue.count(queue.Filters(late=True), now)
    reviews, every_review = review_queue.count(review_queue.Filters(state=review_queue.WAITING))
    lines = (
        (_("Tickets that are overdue"), late, reverse("voice:tickets") + "?late=1", "danger", every_late),
        (
            _("Reviews to be answered"),
            reviews,
            f"{reverse('voice:reviews')}?state={review_queue.WAITING}",
            "",
            every_review,
        ),
    )
    return [
        {"label": label, "count": written_numbers.number(count) + ("" if is_all else "+"), "url": url, "tone": tone}
        for label, count, url, tone, is_all in lines
        if count
    ]


def _change(now: float, before: float) -> float | None:
    return (now - before) / before if before else None


def _unrated(amounts: list[tuple[str, Decimal]]) -> str:
    """What the total leaves out because nobody told its worth."""
    listed = ", ".join(formats.money(amount, currency, 0) for currency, amount in amounts[:MOST_CURRENCIES])
    return _("without {amounts}: no exchange rate").format(amounts=listed) if listed else ""


def _revenue_words() -> tuple[str, str, str]:
    return (
        _("Revenue per week is rising: {percent} over four weeks"),
        _("Revenue per week is falling: {percent} over four weeks"),
        _("Revenue per week holds steady"),
    )


def _customers_words() -> tuple[str, str, str]:
    return (
        _("More new customers each week: {percent} over four weeks"),
        _("Fewer new customers each week: {percent} over four weeks"),
        _("As many new customers each week as before"),
    )


def _finding(weekly: Sequence[float], words: tuple[str, str, str]) -> str:
    """The chart in a sentence: the last four whole weeks against the four before. The week that still runs is left
    out, because it always looks like a fall.
    """
    whole = weekly[:-1]
    change = _change(sum(whole[-SPAN:]), sum(whole[-2 * SPAN : -SPAN]))
    if change is None or abs(change) < STEADY:
        return words[2]
    sign = "+" if change > 0 else "\N{MINUS SIGN}"
    return (words[0] if change > 0 else words[1]).format(percent=sign + formats.percent(abs(change)))


def _chart(found: figures.Home, data: list[Any], name: str, *, money: bool) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "type": "area" if money else "bar",
        "x": [written_dates.day(week) for week in found.weeks[:-1]],
        "x_label": _("Week of"),
        "series": [{"name": name, "data": data[:-1]}],
    }
    if money:
        spec |= {"unit": "money", "currency": settings.CDP_CURRENCY}
    return spec
