"""The staff page /consent/minimisation/: fields that nobody uses, and what was decided about them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cdp.core.models import Job
from cdp.core.views.access import actor_of, requires
from consent.selectors import minimisation as reading
from consent.services.minimisation import counting, deciding
from consent.views import frame

BY = {
    "segment": gettext_lazy("Segment"),
    "campaign": gettext_lazy("Campaign"),
    "person": gettext_lazy("A person looked"),
    "filter": gettext_lazy("Filter"),
    "export": gettext_lazy("Export"),
    "edit": gettext_lazy("Put right by a program (REST)"),
    "rest": gettext_lazy("Read by a program (REST)"),
}


@requires("consent.manage")
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Every field: how many have it, who told it, what uses it, proposals first."""
    rows = reading.report()
    for row in rows:
        figure = row["figure"]
        row["uses"] = [{**use, "by": BY.get(use["by"], use["by"])} for use in figure.uses[:3]] if figure else []
        row["more"] = max(len(figure.uses) - 3, 0) if figure else 0
        row["doors"] = sorted(figure.doors.items(), key=lambda door: -door[1])[:3] if figure else []
    job = Job.objects.filter(kind=counting.NAME, state__in=["waiting", "running"]).first()
    context = {
        "rows": rows,
        "proposed": sum(1 for row in rows if row["is_proposed"]),
        "counted_at": reading.counted_at(),
        "job": job,
        **frame.tabs(request, "minimisation"),
    }
    return render(request, "consent/minimisation.html", context)


@requires("consent.manage")
@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Let the fields be counted now."""
    if not Job.objects.filter(kind=counting.NAME, state__in=["waiting", "running"]).exists():
        counting.begin(actor=actor_of(request))
    return redirect("consent:minimisation")


@requires("consent.manage")
@require_POST
def decide(request: HttpRequest, field: str) -> HttpResponse:
    """Decide about one field, or take a decision back."""
    actor, now = actor_of(request), timezone.now()
    if request.POST.get("decision") == "reopen":
        deciding.reopen(field=field, actor=actor, at=now)
        return redirect("consent:minimisation")
    try:
        deciding.decide(
            field=field,
            decision=request.POST.get("decision", ""),
            reason=request.POST.get("reason", ""),
            actor=actor,
            at=now,
        )
    except deciding.UnableToDecide as unable:
        messages.error(request, str(unable))
    else:
        messages.success(request, _("Decided"))
    return redirect("consent:minimisation")
