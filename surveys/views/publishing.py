"""Putting a draft in force: what stands in the way, what changed, what people are told first; and older versions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core.views.access import actor_of, requires
from surveys.forms import outline, places
from surveys.forms.disclosing import DisclosureForm
from surveys.models import Survey, SurveyVersion
from surveys.rules import definition, differences
from surveys.rules.definition import Problem
from surveys.services import disclosing, publishing
from surveys.views import frame

MOST_VERSIONS = 100


@requires("surveys.edit")
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, survey: str) -> HttpResponse:
    """Look at everything once more, then put it in force."""
    row, now = frame.survey_of(survey), timezone.now()
    form = DisclosureForm(
        request.POST if request.method == "POST" else None,
        texts=disclosing.words(row, at=now),
        spoken=[code for code in row.draft.get("languages", []) if isinstance(code, str)],
    )
    faults: list[Problem] | None = None
    error = ""
    if request.method == "POST" and form.is_valid():
        try:
            if "publish" in request.POST:
                version = publishing.publish(
                    survey=row.id, disclosure=form.texts(), actor=actor_of(request), at=timezone.now()
                )
                messages.success(request, _("Version %(number)d is in force.") % {"number": version.number})
                return redirect("surveys:publish", row.slug)
            disclosing.save(row, form.texts(), actor=actor_of(request), at=now)
            messages.success(request, _("Saved"))
            return redirect("surveys:publish", row.slug)
        except publishing.UnableToPublish as unable:
            faults = list(unable.problems)
        except publishing.UnableToChange as unable:
            error = str(unable)
    report = publishing.report(row, at=now)
    found = faults if faults is not None else [one for one in report.faults if not _is_about_words(one)]
    last = SurveyVersion.objects.filter(survey=row, number=row.version).first()
    context: dict[str, Any] = {
        **frame.context(request, row, "build"),
        "form": form,
        "faults": places.told(row, found),
        "doubts": places.told(row, report.doubts),
        "error": error,
        "last": last,
        "changes": differences.between(last.definition, _written(row.draft)) if last is not None and not found else [],
        "versions": SurveyVersion.objects.filter(survey=row).order_by("-number").defer("definition")[:MOST_VERSIONS],
        "next": row.version + 1,
    }
    return render(request, "surveys/publish.html", context, status=422 if faults or error or form.errors else 200)


def _written(draft: dict[str, Any]) -> dict[str, Any]:
    """As it would be published: without what is said by leaving it out."""
    return definition.written(definition.read(draft))


def _is_about_words(problem: Problem) -> bool:
    """What is said before the first question stands on this page, ready to be published along."""
    return problem.pointer.startswith("/disclosure")


@requires("surveys.view")
@require_safe
def version(request: HttpRequest, survey: str, number: int) -> HttpResponse:
    """One published version as it is for ever, and what the one after it changed."""
    row = frame.survey_of(survey)
    shown = SurveyVersion.objects.filter(survey=row, number=number).first()
    if shown is None:
        raise Http404
    before = SurveyVersion.objects.filter(survey=row, number=number - 1).first()
    context = {
        **frame.context(request, row, "build"),
        "shown": shown,
        "outline": outline.of(shown.definition),
        "changes": differences.between(before.definition, shown.definition) if before is not None else None,
    }
    return render(request, "surveys/version.html", context)


@requires("surveys.edit")
@require_POST
def state(request: HttpRequest, survey: str) -> HttpResponse:
    """Open, close, put away."""
    row = frame.survey_of(survey)
    wanted = request.POST.get("state", "")
    if wanted not in Survey.State.values:
        raise Http404
    try:
        publishing.set_state(survey=row.id, state=Survey.State(wanted), actor=actor_of(request), at=timezone.now())
    except publishing.UnableToChange as unable:
        messages.error(request, str(unable))
    else:
        messages.success(request, _("Saved"))
    return redirect("surveys:settings", row.slug)
