"""Putting another programme in the place of the draft: from a file, after its differences were seen."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core import structures, uploads
from cdp.core.structures import Problem
from cdp.core.views.access import actor_of, requires
from loyalty.rules import programme
from loyalty.selectors import drafts, versions
from loyalty.services import versions as writing
from loyalty.views import frame


@requires("loyalty.edit")
@require_http_methods(["GET", "POST"])
def replace(request: HttpRequest) -> HttpResponse:
    """Choose the file, see what would change, replace the draft. What is in force stays."""
    problems: list[Problem] = []
    shown: dict[str, Any] = {}
    row = versions.draft()
    if request.method == "POST":
        try:
            written = programme.written(programme.read(_content(request)))
            if "confirm" in request.POST:
                writing.save_draft(
                    definition=written, actor=actor_of(request), now=timezone.now(), seen=request.POST.get("seen", "")
                )
                messages.success(
                    request, _("The draft was replaced. Nothing changes for members before you publish it.")
                )
                return redirect("loyalty:programme-draft")
            shown = {
                "changes": drafts.differences(written, row.definition if row else None),
                "obstacles": [(one.pointer, one.message) for one in writing.obstacles(written)],
                "written": json.dumps(written, ensure_ascii=False),
            }
        except structures.Invalid as invalid:
            problems = list(invalid.problems)
        except writing.Changed:
            problems = [Problem("", _("Somebody else changed the draft meanwhile. Choose the file again."))]
    context = {
        **frame.context(request, "programme"),
        **shown,
        "problems": [(one.pointer, one.message) for one in problems],
        "seen": versions.mark(row),
    }
    return render(request, "loyalty/programme_replace.html", context, status=422 if problems else 200)


def _content(request: HttpRequest) -> Mapping[str, Any]:
    """The file that was sent, or what was shown of it, decoded. Raises `structures.Invalid`."""
    if "confirm" in request.POST:
        content: bytes | None = request.POST.get("written", "").encode()
    else:
        files = uploads.small(request.FILES, uploads.PROGRAMME)
        content = files[0][1] if files else b""
    if content is None:
        raise structures.Invalid([Problem("", _("The file is too large: one megabyte is the most."))])
    if not content:
        raise structures.Invalid([Problem("", _("Choose the file."))])
    try:
        found: Mapping[str, Any] = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise structures.Invalid([Problem("", _("This is no text in UTF-8."))]) from None
    except json.JSONDecodeError as error:
        place = _("This is no JSON: line %(line)d, column %(column)d.") % {"line": error.lineno, "column": error.colno}
        raise structures.Invalid([Problem("", place)]) from None
    except (ValueError, RecursionError):
        raise structures.Invalid([Problem("", _("This cannot be read."))]) from None
    return found
