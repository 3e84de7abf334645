"""Putting another definition in the place of a draft: from a file, after its differences were seen."""

import datetime as dt
import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core import uploads
from cdp.core.views.access import actor_of, requires
from surveys.forms.starting import UnreadableFile, read_file
from surveys.rules import definition, differences
from surveys.services import publishing
from surveys.views import frame


@requires("surveys.edit")
@require_http_methods(["GET", "POST"])
def replace(request: HttpRequest, survey: str) -> HttpResponse:
    """Choose the file, see what would change, replace the draft. Published versions and answers stay."""
    row = frame.survey_of(survey)
    problems: list[str] = []
    shown: dict[str, Any] = {}
    if request.method == "POST":
        content, seen = _content(request), _moment(request.POST.get("seen", ""))
        try:
            written = definition.written(read_file(content))
            if "confirm" in request.POST and seen is not None:
                publishing.save_draft(
                    survey=row.id, draft=written, seen=seen, actor=actor_of(request), at=timezone.now()
                )
                messages.success(
                    request, _("The draft was replaced. Nothing changes for people before you publish it.")
                )
                return redirect("surveys:build", row.slug)
            shown = {
                "changes": differences.between(row.draft, written),
                "written": json.dumps(written, ensure_ascii=False),
            }
        except UnreadableFile as unreadable:
            problems = unreadable.lines
        except publishing.UnableToChange as unable:
            problems = [str(unable)]
    page = {**frame.context(request, row, "build"), **shown, "problems": problems, "seen": row.draft_at.isoformat()}
    return render(request, "surveys/replace.html", page, status=422 if problems else 200)


def _content(request: HttpRequest) -> bytes | None:
    """The file that was sent, or what was shown of it."""
    if "confirm" in request.POST:
        return request.POST.get("written", "").encode()
    files = uploads.small(request.FILES, uploads.DEFINITION)
    return files[0][1] if files else b""


def _moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
