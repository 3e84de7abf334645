"""Parts of the rule builder that come and go: a row, a group, the count."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from analytics.forms import builder, choices
from analytics.rules.problems import InvalidRules
from analytics.selectors import audiences
from cdp.core.views.access import requires, staff_of
from customers.selectors import listing, profiles

SHOWN = 6


@requires("segments.edit")
@require_POST
def rule_part(request: HttpRequest) -> HttpResponse:
    """A fresh row or group, a row about something else, or a whole document as rows."""
    names = choices.names()
    context: dict[str, Any] = {"subjects": choices.subjects()}
    try:
        if request.POST.get("add") == "group":
            context["group"] = builder.Group("any", [builder.Row()])
            return render(request, "analytics/rules/group.html", context)
        if "document" in request.POST:
            context["group"] = builder.of(builder.read(request.POST["document"]), names).root
            return render(request, "analytics/rules/group.html", context)
        if "subject" in request.POST:
            wanted: Any = builder.started(request.POST["subject"])
        else:
            wanted = builder.read(request.POST["rule"]) if "rule" in request.POST else {}
    except builder.NotJson:
        return HttpResponseBadRequest()
    return render(request, "analytics/rules/row.html", context | {"row": builder.row(wanted, names)})


@requires("segments")
@require_POST
def rule_preview(request: HttpRequest) -> HttpResponse:
    """How many match and a few of them, while the rule is still being written."""
    context: dict[str, Any] = {"unfinished": bool(request.POST.get("unfinished"))}
    try:
        found = audiences.preview(builder.read(request.POST.get("preview_rules", "")), timezone.now())
    except builder.NotJson as not_json:
        return render(request, "analytics/rules/preview.html", context | {"problems": [not_json.problem]})
    except InvalidRules as invalid:
        return render(request, "analytics/rules/preview.html", context | {"problems": invalid.problems})
    context |= {
        "found": found,
        "share": share(found.count, everybody()),
        "people": list(profiles.opened(found.sample[:SHOWN], with_places=False).values()),
        "sql": found.sql if staff_of(request).can("segments.sql") else "",
    }
    return render(request, "analytics/rules/preview.html", context)


def everybody() -> int:
    """How many known customers there are; an estimate where there are many."""
    return listing.count(listing.Filters()).number


def share(part: int, whole: int) -> float | None:
    """A part of all customers, at most all of them."""
    return min(1.0, part / whole) if whole else None
