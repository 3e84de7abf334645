"""All questionnaires."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cdp.core.views.access import requires, staff_of
from surveys.models import Survey
from surveys.selectors import listing as selectors
from surveys.views import frame

PAGE = 50


@requires("surveys.view")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/surveys/`: newest first; those that were put away stand behind a tab of their own."""
    is_away = request.GET.get("state") == Survey.State.ARCHIVED
    away = Survey.objects.filter(state=Survey.State.ARCHIVED)
    rows = away if is_away else Survey.objects.exclude(state=Survey.State.ARCHIVED)
    older = request.GET.get("older", "")
    start = int(older[:5]) if older.isascii() and older.isdigit() else 0
    page = list(rows.defer("draft", "wrapped")[start : start + PAGE + 1])
    shown = page[:PAGE]
    counted = selectors.figures(
        [row.id for row in shown if not row.is_anonymous], [row.id for row in shown if row.is_anonymous]
    )
    now = timezone.now()
    kept = f"state={Survey.State.ARCHIVED}&" if is_away else ""
    context: dict[str, Any] = {
        "rows": [
            {
                "survey": row,
                "state": frame.state(row, at=now),
                "figures": counted.get(row.id, selectors.Figures()),
            }
            for row in shown
        ],
        "is_away": is_away,
        "tabs": [
            {"label": _("In use"), "url": "?", "active": not is_away},
            {"label": _("Put away"), "url": f"?state={Survey.State.ARCHIVED}", "active": is_away},
        ]
        if is_away or away.exists()
        else [],
        "older_url": f"?{kept}older={start + PAGE}" if len(page) > PAGE else "",
        "newer_url": f"?{kept}older={max(0, start - PAGE)}" if start else "",
        "may_edit": staff_of(request).can("surveys.edit"),
    }
    return render(request, "surveys/list.html", context)
