"""The page /events/: what arrives just now, what each source sent, what became of it, and what was turned away."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cdp.core import access, written_dates
from cdp.core.models import Source
from cdp.core.views.access import requires, staff_of
from events.forms.quarantine import AWAY, CODES
from events.rules import titles
from events.rules.tracking import Code
from events.selectors import figures, latest, remarks

DAY = dt.timedelta(days=1)
HOURS = 25
"""The hour that runs and the 24 before it."""
LONGEST = 4000
"""What is shown of the properties of one event."""


@requires("steward")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Sums of the last day by source, and by hour for all sources or the one asked for; by htmx what came last."""
    now = timezone.now()
    since = now.replace(minute=0, second=0, microsecond=0) - DAY
    key = request.GET.get("source", "")
    # Asked in Python: an address may hold what PostgreSQL cannot even compare, and sources are few.
    source = next((found for found in Source.objects.all() if found.key == key), None)
    if key and source is None:
        raise Http404
    sources = figures.by_source(since=since)
    shown = [sums for sums in sources if sums.source == key] if key else sources
    heard = max((sums.last_received_at for sums in shown if sums.last_received_at), default=None)
    newest = latest.events(sources=[sums.source for sums in shown], last=heard) if heard else []
    context: dict[str, Any] = {"source": source, "events": _told(newest)}
    if request.headers.get("HX-Request") and "watch" in request.GET:
        return render(request, "events/latest.html", context)
    hours = figures.by_hour(since=since, source=source.id if source else None)
    context |= {
        "sources": sources,
        "hours": hours,
        "total": figures.total(shown),
        "chart": _chart(hours, since=since) if hours else None,
        "turned_away": [
            {"source": name, "reason": _reason(code), "count": count}
            for name, code, count in figures.turned_away(since=since)
            if not key or name == key
        ],
        "can_connect": access.allows(staff_of(request).role, "settings"),
    }
    context["finding"] = _finding(context["total"])
    return render(request, "events/overview.html", context)


def _told(events: Sequence[latest.Latest]) -> list[dict[str, Any]]:
    """Each event in the reader's words, as it was stored, and what did not come of it."""
    remarked = remarks.of(events)
    return [
        {
            "row": one,
            "title": titles.told(one.kind, one.name, one.properties),
            "remark": remarked.get(one.id),
            "is_robot": _is_robot(one.properties),
            "is_late": one.received_at - one.occurred_at > dt.timedelta(minutes=5),
            "text": json.dumps(one.properties, ensure_ascii=False, indent=2, sort_keys=True)[:LONGEST],
        }
        for one in events
    ]


def _is_robot(properties: Mapping[str, Any]) -> bool:
    context = properties.get("$context")
    return isinstance(context, dict) and context.get("bot") is True


def _reason(code: str) -> str:
    """Why a whole request was refused; a reason that has no words as it is."""
    return str(AWAY.get(code) or (CODES[Code(code)] if code in CODES else code))


def _finding(total: figures.Sums) -> str:
    if not total.sent:
        return _("Nothing arrived in the last 24 hours")
    if not total.rejected:
        return _("Nothing was refused")
    return ngettext("%(n)s event was refused", "%(n)s events were refused", total.rejected) % {"n": total.rejected}


def _chart(hours: Sequence[figures.Sums], *, since: dt.datetime) -> dict[str, Any]:
    """Every hour of the day as one bar, in the parts that together are what was sent; empty parts are left out."""
    by_hour = [since + dt.timedelta(hours=number) for number in range(HOURS)]
    parts = (
        ("stored", _("Stored")),
        ("waiting", _("Waiting")),
        ("duplicates", _("Repeated")),
        ("rejected", _("Refused")),
        ("unconsented", _("Without consent")),
    )
    series = []
    for name, label in parts:
        sums = dict.fromkeys(by_hour, 0)
        for row in hours:
            if row.hour in sums:
                sums[row.hour] += getattr(row, name)
        if any(sums.values()) or name == "stored":
            series.append({"name": label, "data": list(sums.values())})
    return {
        "type": "stacked",
        "x": [written_dates.clock(timezone.localtime(hour)) for hour in by_hour],
        "x_label": _("Hour"),
        "series": series,
    }
