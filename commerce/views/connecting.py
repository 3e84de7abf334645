"""The staff pages that connect a store or platform: which one, its own steps and secret, and then whether it works."""

import re
import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import access, source_secrets, sources
from cdp.core.views.access import actor_of, requires, staff_of
from commerce.forms.connecting import ConnectForm
from commerce.hooks.registry import PLATFORMS, STORES
from commerce.hooks.stores import Store
from commerce.selectors import hooks as reading
from commerce.services import connecting

_BYTES = 24
_OURS = re.compile(r"[A-Za-z0-9_-]{32}")


@requires("settings")
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """`/hooks/connect/`: every store and platform that can be connected."""
    return render(request, "commerce/connect.html", {"stores": STORES.values()})


@requires("settings")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def connect(request: HttpRequest, vendor: str) -> HttpResponse:
    """`/hooks/connect/{vendor}/`: what to copy where, and the form for it; then the page of the connection."""
    store = _store(vendor)
    proposed = _proposed(request, store)
    again = request.GET.get("name", "")[: sources.LONGEST_NAME]
    form = ConnectForm(
        request.POST if request.method == "POST" else None,
        store=store,
        proposed=proposed,
        initial={"name": sources.labels().get(again, again)},
    )
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        try:
            source = connecting.connect(
                name=given["name"],
                secret=given["secret"],
                vendor=vendor,
                token=given.get("token", ""),
                consent_box=given.get("consent_box", ""),
                replaces=given["replaces"],
                actor=actor_of(request),
                now=timezone.now(),
            )
        except connecting.UnableToConnect as problem:
            form.add_error(problem.field, str(problem))
        else:
            messages.success(request, _("It is connected. Now give it the address."))
            return redirect("commerce:connection", source.key)
    # Nobody is asked before there is something to replace.
    asks = connecting.REPLACES in form.data or connecting.REPLACES in form.errors or bool(form.initial["name"])
    context = {"form": form, "store": store, "proposed": proposed, "asks": asks}
    return render(request, "commerce/connect_one.html", context, status=422 if form.errors else 200)


@requires("steward")
@require_safe
def connection(request: HttpRequest, key: str) -> HttpResponse:
    """`/hooks/connections/{source}/`: what is left to do, and by htmx whether anything arrives."""
    secret = reading.find_connected(key)
    if secret is None:
        raise Http404
    context = {"secret": secret, "source": secret.source, "state": reading.state(secret)}
    if request.headers.get("HX-Request") and "watch" in request.GET:
        return render(request, "commerce/connection_state.html", context)
    can_connect = access.allows(staff_of(request).role, "settings")
    # Of a secret of before there were platforms nobody knows whose it is: either store may use it.
    kinds = [STORES[secret.vendor]] if secret.vendor in STORES else [s for k, s in STORES.items() if k not in PLATFORMS]
    tokens = reading.tokens()
    context |= {
        "walks": [{"store": store, "address": address(store.key, key)} for store in kinds],
        "can_connect": can_connect,
        "verify_token": source_secrets.verify_token(key) if can_connect else "",
        "lacks_token": secret.vendor in PLATFORMS and secret.source_id not in tokens,
        "refused": tokens.get(secret.source_id, ""),
        "is_open": _is_open(),
    }
    return render(request, "commerce/connection.html", context)


def _proposed(request: HttpRequest, store: Store) -> str:
    """The secret that the page proposes, where that store takes one of ours; the same one after a mistake."""
    if not any(step.shows == "secret" for step in store.guide.before):
        return ""
    before = request.POST.get("proposed", "")
    return before if _OURS.fullmatch(before) else secrets.token_urlsafe(_BYTES)


def address(vendor: str, key: str) -> str:
    """Where that source's webhooks go."""
    return settings.CDP_BASE_URL + reverse("commerce:hook", args=[vendor, key])


def _is_open() -> bool:
    """Whether stores can reach us at all: they send to https only, and to no machine's own address."""
    return bool(settings.CDP_BASE_URL.startswith("https://"))


def _store(vendor: str) -> Store:
    if vendor not in STORES:
        raise Http404
    return STORES[vendor]
