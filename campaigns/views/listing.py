"""All campaigns."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaigns.models import Campaign
from campaigns.selectors import progress
from campaigns.services import runs
from cdp.core.views.access import requires, staff_of
from consent.selectors import purposes

PAGE = 25


@requires("campaigns.view")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Newest first, with what became of each."""
    older = request.GET.get("older", "")
    try:
        found = Campaign.objects.filter(id__lt=uuid.UUID(older)) if older else Campaign.objects.all()
    except ValueError as error:
        raise Http404 from error
    page = list(found[: PAGE + 1])
    figures = progress.figures([row.id for row in page[:PAGE]])
    planning = runs.being_planned([row.id for row in page[:PAGE]])
    names = purposes.names(request.LANGUAGE_CODE)
    context = {
        "rows": [
            {
                "campaign": row,
                "figures": figures[row.id],
                "purpose": names.get(row.purpose, row.purpose),
                "is_planning": row.id in planning,
            }
            for row in page[:PAGE]
        ],
        "is_planning": bool(planning),
        "older_url": f"?older={page[PAGE - 1].id}" if len(page) > PAGE else "",
        "newer_url": "?" if older else "",
        "may_edit": staff_of(request).can("campaigns.edit"),
    }
    return render(request, "campaigns/list.html", context)
