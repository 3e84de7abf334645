"""Definitions as files."""

import json

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from cdp.core.views.access import requires
from surveys.rules import definition
from surveys.views import frame


@require_safe
def schema(_request: HttpRequest) -> HttpResponse:
    """The JSON Schema of a definition, for programs that write one; open to everybody."""
    return HttpResponse(
        json.dumps(definition.schema(), ensure_ascii=False, indent=1) + "\n", content_type="application/schema+json"
    )


@requires("surveys.view")
@require_safe
def download(request: HttpRequest, survey: str) -> HttpResponse:
    """The draft as the JSON document that `/surveys/new/` takes."""
    row = frame.survey_of(survey)
    answer = HttpResponse(
        json.dumps(row.draft, ensure_ascii=False, indent=1) + "\n", content_type="application/json; charset=utf-8"
    )
    if header := content_disposition_header(as_attachment=True, filename=f"{row.slug}.json"):
        answer["Content-Disposition"] = header
    return answer
