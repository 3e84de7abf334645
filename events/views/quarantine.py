"""The quarantine: refused events are listed without being opened, opened one at a time, mended and sent in again."""

import json
import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core.crypto.envelope import Unopenable
from cdp.core.views.access import actor_of, requires
from events.forms.quarantine import CODES, EventForm, FilterForm
from events.rules.tracking import Code, Refusal
from events.selectors import quarantine as reading
from events.services import quarantine, quarantine_again


@requires("steward")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/events/quarantine/`: newest first, by source and reason."""
    given = {name: value for name in ("source", "code") if (value := request.GET.get(name, "")[:60])}
    cursor = request.GET.get("before", "")
    rows = reading.page(**given, older_than=_id(cursor) if cursor else None, size=reading.PAGE + 1)
    shown = rows[: reading.PAGE]
    older = "?" + urlencode({**given, "before": str(shown[-1].id)}) if len(rows) > reading.PAGE else ""
    context: dict[str, Any] = {
        "rows": [{"row": row, "reason": _label(row.code)} for row in shown],
        "form": FilterForm(given),
        "is_filtered": bool(given),
        "given": given,
        "older": older,
        "newer": "?" + urlencode(given) if cursor else "",
    }
    return render(request, "events/quarantine/list.html", context)


@requires("steward")
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """`/events/quarantine/again/`: all that the list's filter finds, sent in again in the background."""
    form = FilterForm(request.POST)
    is_known = form.is_valid()  # a filter that is none finds nothing, not everything
    given = {name: value for name, value in form.cleaned_data.items() if value} if is_known else {}
    actor = actor_of(request)
    source, code = given.get("source", ""), given.get("code", "")
    if not is_known or quarantine_again.start(source=source, code=code, actor=actor, at=timezone.now()) is None:
        messages.info(request, _("Nothing refused for these reasons"))
    else:
        messages.success(request, _("They are being sent in again; what is still refused stays here."))
    return redirect(reverse("events:quarantine-list") + ("?" + urlencode(given) if given else ""))


@requires("steward")
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """`/events/quarantine/{id}/`: one event in clear; by POST it is judged again and taken in."""
    row = reading.find(event_id)
    if row is None:
        raise Http404
    actor, now = actor_of(request), timezone.now()
    try:
        opened = quarantine.look(row, actor=actor, at=now)
    except Unopenable:
        raise Http404 from None
    initial = {"event": opened.text, "context": opened.context}
    form = EventForm(request.POST or None, initial=initial, has_context=bool(opened.context))
    if request.method == "POST" and form.is_valid():
        try:
            told, around = form.cleaned_data["event"], form.cleaned_data.get("context", "")
            quarantine.replay(event_id, text=told, context=around, actor=actor, at=now)
        except quarantine.UnableToReplay as problem:
            if problem.refusal is None:
                raise Http404 from None
            place = "context" if problem.in_context else "event"
            form.add_error(place, _told(problem.refusal, told if place == "event" else around))
        else:
            messages.success(request, _("The event was taken in."))
            return redirect("events:quarantine-list")
    context = {"row": row, "opened": opened, "reason": _label(row.code), "form": form}
    return render(request, "events/quarantine/detail.html", context, status=422 if request.method == "POST" else 200)


def _told(refusal: Refusal, text: str) -> str:
    """Why the event is still refused. Of broken JSON where it breaks; else what the sender would hear, in its words."""
    label = _label(refusal.code)
    if refusal.code != Code.INVALID_JSON:
        return f"{label}: {refusal.message}"
    try:
        json.loads(text)
    except json.JSONDecodeError as problem:
        return _("%(what)s: line %(line)s, column %(column)s") % {
            "what": label,
            "line": problem.lineno,
            "column": problem.colno,
        }
    except RecursionError:
        pass  # deeper than anybody can look for
    return label


def _label(code: str) -> str:
    return str(CODES[Code(code)]) if code in CODES else code


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None
