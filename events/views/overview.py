"""The page /events/: what each source sent, what became of it, and what was turned away."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cdp.core.models import Source
from cdp.core.views.access import requires
from events.selectors import figures

DAY = dt.timedelta(days=1)


@requires("steward")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Sums of the last day by source, and by hour for all sources or the one asked for."""
    since = timezone.now().replace(minute=0, second=0, microsecond=0) - DAY
    key = request.GET.get("source", "")
    # Asked in Python: an address may hold what PostgreSQL cannot even compare, and sources are few.
    source = next((found for found in Source.objects.all() if found.key == key), None)
    if key and source is None:
        raise Http404
    return render(
        request,
        "events/overview.html",
        {
            "sources": figures.by_source(since=since),
            "hours": figures.by_hour(since=since, source=source.id if source else None),
            "source": source,
            "turned_away": figures.turned_away(since=since),
        },
    )
