"""The second step of a sign-up: the link in the mail shows what would be allowed, and a button allows it.

Looking never confirms: mail scanners follow links. The sealed token is the permission, so no cookie is asked for.
"""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cdp.core import addresses
from consent.services import asked_links, confirming, links, showing
from consent.services.requests import codes
from consent.views import languages
from consent.views.private import private

STATUS = {"used": 200, "expired": 410, "changed": 410, "unknown": 404}
AGAIN = "again"
"""The button that asks for the mail once more; the page's own button has no name."""


@csrf_exempt
@never_cache
@private
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows, POST confirms, once; with `act` again it has the mail sent once more, whatever became of the link."""
    now = timezone.now()
    if request.method == "POST" and request.POST.get("act") == AGAIN:
        return _asked_again(request, token, now)
    try:
        found = confirming.read(token, now=now, language=languages.wished(request))
        language = languages.of(request, otherwise=found.row.language)
        with translation.override(language):
            if request.method != "POST":
                return _ask(request, found, now)
            return _pressed(request, token, found, now)
    except confirming.Unconfirmable as error:
        codes.note_attempt("confirm", {"unknown": "forged"}.get(error.reason, error.reason), at=now)
        with translation.override(languages.of(request)):
            can_ask = error.reason in {"expired", "changed"}
            return _page(request, error.reason, status=STATUS[error.reason], can_ask=can_ask)


def _pressed(request: HttpRequest, token: str, found: confirming.Shown, now: dt.datetime) -> HttpResponse:
    moment = showing.read(request.POST.get("shown", ""), place=showing.CONFIRM, subject=found.row.id)
    try:
        done = confirming.confirm(token, proof=addresses.proof_of(request), at=now, shown=moment)
    except confirming.Unconfirmable as error:
        if error.reason != AGAIN:
            raise
        return _ask(request, found, now, is_new=True, status=422)
    preferences = links.preferences_path(customer=done.row.customer_id, at=now)
    return _page(request, "done", words=done.words, words_language=done.language, preferences=preferences)


def _ask(request: HttpRequest, found: confirming.Shown, now: dt.datetime, **more: Any) -> HttpResponse:
    if request.method == "GET" and not request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        showing.count_shown(place=showing.CONFIRM, purposes=found.purposes, language=found.language, at=now)
    shown = showing.seal(place=showing.CONFIRM, subject=found.row.id, language=found.language, at=now)
    return _page(request, "ask", words=found.words, words_language=found.language, shown=shown, **more)


def _asked_again(request: HttpRequest, token: str, now: dt.datetime) -> HttpResponse:
    with translation.override(languages.of(request)):
        asked_links.ask_confirmation(
            token=token,
            language=translation.get_language() or "en",
            proof=addresses.proof_of(request),
            network=addresses.network(addresses.of_client(request)),
            at=now,
        )
        return _page(request, "sent")


def _page(request: HttpRequest, state: str, *, status: int = 200, **shown: object) -> HttpResponse:
    response = render(request, "consent/confirm.html", {"state": state, **shown}, status=status)
    response.headers["Content-Language"] = translation.get_language() or ""
    return response
