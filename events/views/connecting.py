"""The staff pages that connect a website (/events/connect/), whose name and address make its write key and the line for
its pages, and that change it later (/events/sources/{key}/).
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cdp.core import sources
from cdp.core.models import Source
from cdp.core.views.access import actor_of, requires
from events.forms.connecting import ConnectForm, SourceForm
from events.services import connecting

ANY_KEY = "wk_…"
"""Stands where the write key belongs that nobody can show again."""


@requires("settings")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def connect(request: HttpRequest) -> HttpResponse:
    """Ask; then show the write key and the line of code, once: the key is kept as a digest only."""
    form = ConnectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        try:
            made = connecting.connect(
                name=given["name"],
                origins=[given["origin"]] if given["origin"] else [],
                actor=actor_of(request),
                now=timezone.now(),
            )
        except connecting.UnableToConnect as problem:
            form.add_error("name", str(problem))
        else:
            context = {
                "source": made.source,
                "write_key": made.write_key,
                "host": settings.CDP_BASE_URL,
                "line": _line(made.write_key),
                "is_website": bool(given["origin"]),
                "cut": form.cut,
                **_reach(),
            }
            return render(request, "events/connected.html", context)
    context = {"form": form, **_reach()}
    return render(request, "events/connect.html", context, status=422 if form.errors else 200)


@requires("settings")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, key: str) -> HttpResponse:
    """`/events/sources/{key}/`: what it is called, which pages may send, and the line for them once more."""
    source = Source.objects.filter(key=key, write_key_digest__isnull=False).first()
    if source is None:
        raise Http404
    shown = sources.shown(source)
    initial = {"name": shown, "origins": "\n".join(source.allowed_origins)}
    form = SourceForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        try:
            only_fills = connecting.change(
                source=source,
                name=given["name"],
                origins=given["origins"],
                actor=actor_of(request),
                now=timezone.now(),
            )
        except connecting.UnableToChange as problem:
            form.add_error("name", str(problem))
        else:
            messages.success(request, _("It is saved. Pages hear of it within seconds."))
            if only_fills:
                told = _(
                    "Pages may send now, so everybody can read the write key: from now on only what is empty is filled."
                )
                messages.warning(request, told)
            return redirect("events:source", key)
    context = {
        "source": source,
        "shown": shown,
        "form": form,
        "line": _line(ANY_KEY),
        "is_website": bool(source.allowed_origins),
        "more_url": reverse("admin:core_source_change", args=[source.id]),
        **_reach(),
    }
    return render(request, "events/source.html", context, status=422 if form.errors else 200)


def _line(write_key: str) -> str:
    return f'<script async src="{settings.CDP_BASE_URL}/cdp.js" data-key="{write_key}"></script>'


def _reach() -> dict[str, Any]:
    """Whether visitors' browsers can reach us: not at a machine's own address, and from https pages by https only."""
    return {"base_url": settings.CDP_BASE_URL, "is_loopback": settings.IS_LOOPBACK, "is_https": settings.IS_HTTPS}
