"""The build page of a questionnaire."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cdp.core.views.access import requires
from surveys.forms import outline
from surveys.views import frame


@requires("surveys.view")
@require_safe
def build(request: HttpRequest, survey: str) -> HttpResponse:
    """The draft, page by page."""
    row = frame.survey_of(survey)
    return render(
        request, "surveys/build.html", {**frame.context(request, row, "build"), "outline": outline.of(row.draft)}
    )
