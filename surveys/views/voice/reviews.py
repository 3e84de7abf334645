"""`/voice/`: reviews in the order they came in, and what is still to be answered."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from cdp.core import sources
from cdp.core.views.access import requires, staff_of
from customers.selectors import profiles
from customers.services import buckets
from surveys.forms import voice_reviews as forms
from surveys.models import Review
from surveys.selectors import review_queue
from surveys.views.voice import frame

NAMES = ("state", "stars", "sku")


@requires("customers.view")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """A page of the queue."""
    given = {name: value for name in NAMES if (value := request.GET.get(name, "").replace("\x00", "").strip()[:120])}
    filters = review_queue.Filters(**given)
    page = review_queue.page(filters, older_than=_id(request, "older"), newer_than=_id(request, "newer"))
    number, is_exact = review_queue.count(filters)
    context = {
        **frame.context(request, "reviews"),
        "rows": _rows(page.rows),
        "number": number,
        "is_exact": is_exact,
        "is_filtered": bool(given),
        "has_any": bool(page.rows) or review_queue.any_at_all(),
        "chips": _chips(given),
        "states": _states(given),
        "kept_state": given.get("state", ""),
        "filters_form": forms.FiltersForm(given),
        "newer_url": _link(given, "newer", page.rows[0]) if page.rows and page.has_newer else "",
        "older_url": _link(given, "older", page.rows[-1]) if page.rows and page.has_older else "",
        "may_import": staff_of(request).can("imports"),
    }
    return render(request, "voice/reviews.html", context)


def _rows(rows: Any) -> list[dict[str, Any]]:
    known = [row.customer_id for row in rows if row.customer_id not in buckets.IDS]
    people = profiles.opened(known, with_places=False)
    named = sources.names()
    return [
        {
            "review": row,
            "read": read,
            "person": people.get(row.customer_id),
            "source": sources.name_in(named, row.source),
        }
        for row, read in zip(rows, review_queue.opened(rows), strict=True)
    ]


def _states(given: dict[str, str]) -> list[dict[str, Any]]:
    others = {name: value for name, value in given.items() if name != "state"}
    choices = [("", pgettext("reviews", "All")), *forms.STATES.items()]
    return [
        {
            "url": "?" + urlencode({**others, **({"state": code} if code else {})}),
            "label": label,
            "active": code == given.get("state", ""),
        }
        for code, label in choices
    ]


def _chips(given: dict[str, str]) -> list[dict[str, str]]:
    return [
        {
            "label": str(label),
            "value": str(value),
            "remove_url": "?" + urlencode({other: given[other] for other in given if other != name}),
        }
        for name, (label, value) in forms.named(given).items()
    ]


def _link(given: dict[str, str], name: str, row: Review) -> str:
    return "?" + urlencode({**given, name: row.id})


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    text = request.GET.get(name, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error
