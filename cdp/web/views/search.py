"""Search over everything: people, segments, campaigns, pages. The words travel in the body, never in an address."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analytics.models import Segment
from campaigns.models import Campaign
from cdp.core.views.access import requires, staff_of
from cdp.web import context
from customers.rules import people
from customers.selectors import listing

SHOWN = 6
LONGEST = 200
MOST_SEGMENTS = 1000


@requires("dashboard")
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Groups of results for what was typed so far."""
    query = people.plain(request.POST.get("q", "")[:LONGEST])
    may = staff_of(request).can
    groups: list[dict[str, Any]] = []
    if query:
        groups.append({"label": _("People"), "items": _people(query, in_full=may("customers.reveal"))})
        if may("segments"):
            items = [
                {"url": f"/segments/{found.key}/", "icon": "segments", "label": found.shown_name}
                for found in _segments(query)
            ]
            groups.append({"label": _("Segments"), "items": items})
        if may("campaigns.view"):
            campaigns = Campaign.objects.filter(name__icontains=query)[:SHOWN]
            items = [
                {"url": f"/campaigns/{found.id}/", "icon": "campaigns", "label": found.name} for found in campaigns
            ]
            groups.append({"label": _("Campaigns"), "items": items})
    pages = [
        {"url": place["url"], "icon": place["icon"], "label": place["label"]}
        for place in context.rail(request.path, request.user)
        # The address as well: its English word is what a colleague in another language says.
        if query.casefold() in str(place["label"]).casefold() or (query and query.casefold() in place["url"])
    ]
    groups.append({"label": _("Pages"), "items": pages})
    found = [group for group in groups if group["items"]]
    return render(request, "components/search_results.html", {"groups": found, "query": query})


def _segments(query: str) -> list[Segment]:
    """By the name the reader sees, or by the stored one where that differs. Shops have tens of them."""
    wanted = query.casefold()
    live = Segment.objects.filter(archived_at=None)[:MOST_SEGMENTS]
    return [one for one in live if wanted in one.shown_name.casefold() or wanted in one.name.casefold()][:SHOWN]


def _people(query: str, *, in_full: bool) -> list[dict[str, Any]]:
    return [
        {
            "url": f"/customers/{person.id}/",
            "label": person.called(in_full=in_full) or _("No name yet"),
            "avatar": person.id,
            "hint": hint,
        }
        for person, hint in listing.quick(query, limit=SHOWN, in_full=in_full)
    ]
