"""`/settings/keys/`: the keys by which programs speak to the REST API. Shown once, revoked at once."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import api_keys, sources
from cdp.core.models import ApiKey
from cdp.core.views.access import actor_of, requires
from cdp.web.forms.programs import KeyForm

MOST = 500


@requires("settings")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The keys that hold, then those that were revoked."""
    rows = ApiKey.objects.select_related("source").order_by("-revoked_at", "-id")[:MOST]
    rows_in_use = [row for row in rows if row.revoked_at is None]
    revoked = [row for row in rows if row.revoked_at is not None]
    context = {"rows": rows_in_use, "revoked": revoked, "all_scopes": len(api_keys.SCOPES)}
    return render(request, "web/programs/keys.html", context)


@requires("settings")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a key and show it, this once."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        row, text = api_keys.create(
            name=given["name"],
            scopes=given["scopes"],
            source=sources.ensure(given["source"]),
            actor=actor_of(request),
            at=timezone.now(),
        )
        return render(request, "web/programs/key_made.html", {"row": row, "text": text})
    return render(request, "web/programs/key_new.html", {"form": form}, status=422 if form.is_bound else 200)


@requires("settings")
@require_POST
def revoke(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Shut one out."""
    if not ApiKey.objects.filter(id=pk).exists():
        raise Http404
    if api_keys.revoke(pk, actor=actor_of(request), at=timezone.now()):
        messages.success(request, _("Revoked. Requests with this key are refused from now on."))
    return redirect("web:key-list")
