"""The staff page /events/connect/: name and address of a website make its write key and the line for its pages."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cdp.core import actors
from cdp.core.views.access import requires
from events.forms.connecting import ConnectForm
from events.services import connecting


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
                actor=actors.staff(request.user),  # type: ignore[arg-type]
                now=timezone.now(),
            )
        except connecting.UnableToConnect as problem:
            form.add_error("name", str(problem))
        else:
            line = f'<script async src="{settings.CDP_BASE_URL}/cdp.js" data-key="{made.write_key}"></script>'
            context = {
                "source": made.source,
                "write_key": made.write_key,
                "host": settings.CDP_BASE_URL,
                "line": line,
                "is_website": bool(given["origin"]),
            }
            return render(request, "events/connected.html", context)
    return render(request, "events/connect.html", {"form": form}, status=422 if form.errors else 200)
