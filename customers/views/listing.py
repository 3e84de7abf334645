"""The list of customers: filters in the address, the search in the body.

What somebody types into the search is a name or a phone number; it travels in the body of a POST and so stays out of
addresses, histories and logs. Filters (province, tag …) identify nobody and may be bookmarked.
"""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core import audiences
from cdp.core.audiences import UnknownAudience
from cdp.core.views.access import requires, staff_of
from customers.forms import filters as filter_forms
from customers.selectors import listing, profiles

NAMES = ("country", "province", "tag", "source", "segment")


@requires("customers.view")
@require_http_methods(["GET", "HEAD", "POST"])
def customer_list(request: HttpRequest) -> HttpResponse:
    """`/customers/`: a page of the list; by POST what the search finds. htmx gets the results alone."""
    given = {name: value for name in NAMES if (value := request.GET.get(name, "").strip()[:120])}
    filters = listing.Filters(
        country=given.get("country", "").upper(),
        province=given.get("province", ""),
        tag=given.get("tag", ""),
        first_source=given.get("source", ""),
        segment=given.get("segment", ""),
    )
    query = request.POST.get("q", "").strip()[:200]
    try:
        context = _found(query, filters, in_full=_reveals(request)) if query else _page(request, filters, given)
    except UnknownAudience as error:
        raise Http404 from error
    is_part = bool(getattr(request, "htmx", False))
    context |= {"query": query, "is_filtered": bool(given), "list_query": urlencode(given)}
    context |= {"chips": _chips(given), "may_edit": staff_of(request).can("customers.edit")}
    context["reveals"] = _reveals(request)
    context |= {"may_export": staff_of(request).can("exports"), "chosen_segment": given.get("segment", "")}
    if not is_part:
        context |= {"filters_form": filter_forms.FiltersForm(given)}
    return render(request, "customers/list_results.html" if is_part else "customers/list.html", context)


def _reveals(request: HttpRequest) -> bool:
    return staff_of(request).can("customers.reveal")


def _found(query: str, filters: listing.Filters, *, in_full: bool) -> dict[str, Any]:
    found = listing.search(query, filters, region=settings.CDP_SHOP_COUNTRY, in_full=in_full)
    rows = found.rows[: listing.PAGE]
    total = len(found.rows)
    return {"rows": _rows(rows), "found": total, "is_cut": found.is_cut or total > len(rows)}


def _page(request: HttpRequest, filters: listing.Filters, given: dict[str, str]) -> dict[str, Any]:
    page = listing.page(filters, older_than=_id(request, "older"), newer_than=_id(request, "newer"))
    rows = page.rows

    def link(name: str, row: Any) -> str:
        return "?" + urlencode({**given, name: row.id})

    return {
        "rows": _rows(rows),
        "count": listing.count(filters),
        "newer_url": link("newer", rows[0]) if rows and page.has_newer else "",
        "older_url": link("older", rows[-1]) if rows and page.has_older else "",
    }


def _rows(rows: Any) -> list[profiles.Profile]:
    return list(profiles.opened(rows, with_places=False).values())


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    text = request.GET.get(name, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error


def _chips(given: dict[str, str]) -> list[dict[str, str]]:
    """The filters in force, in words."""
    labels = {
        "country": _("Country"),
        "province": _("Province"),
        "tag": _("Tag"),
        "source": _("First came from"),
        "segment": _("Segment"),
    }
    shown = {
        name: audiences.name(value) if name == "segment" else filter_forms.told(name, value)
        for name, value in given.items()
    }
    return [
        {
            "label": labels[name],
            "value": value,
            "remove_url": "?" + urlencode({other: given[other] for other in given if other != name}),
        }
        for name, value in shown.items()
    ]
