"""Definitions as files."""

import json

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from cdp.core.exports import writing
from cdp.core.views.access import requires
from surveys.rules import definition
from surveys.selectors.exporting import codebook
from surveys.views import frame
from surveys.views.results import filtered


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


@requires("surveys.view")
@require_safe
def book(request: HttpRequest, survey: str) -> StreamingHttpResponse:
    """What the columns of a file of its answers mean, through the filter of the address; about nobody."""
    row, chosen = filtered(request, survey)
    lines = list(codebook.rows(row, chosen))
    answer = StreamingHttpResponse(
        writing.stream("csv", codebook.COLUMNS, [lines], {}), content_type="text/csv; charset=utf-8"
    )
    if header := content_disposition_header(as_attachment=True, filename=f"{row.slug}.codebook.csv"):
        answer["Content-Disposition"] = header
    return answer
