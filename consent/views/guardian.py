"""What a guardian is asked to allow for a child, behind the link in their mail. Looking decides nothing."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cdp.core import addresses
from consent.services import guardians, showing
from consent.services.requests import codes
from consent.views import languages
from consent.views.private import private

STATUS = {"used": 200, "expired": 410, "unknown": 404}


@csrf_exempt
@never_cache
@private
@require_http_methods(["GET", "HEAD", "POST"])
def guardian(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what is asked; POST with `act` agree or refuse decides, once. Agreeing needs the box above it."""
    now = timezone.now()
    try:
        found = guardians.read(token, now=now, language=languages.wished(request))
        with translation.override(languages.of(request, otherwise=found.row.language)):
            act = request.POST.get("act", "")
            if request.method != "POST" or act not in {"agree", "refuse"}:
                return _ask(request, found, now)
            if act == "agree" and request.POST.get("is_guardian") != "yes":
                return _ask(request, found, now, is_missing=True, status=422)
            return _decided(request, token, found, now, agrees=act == "agree")
    except guardians.Unanswerable as error:
        codes.note_attempt("guardian", {"unknown": "forged"}.get(error.reason, error.reason), at=now)
        with translation.override(languages.of(request)):
            return _page(request, error.reason, status=STATUS[error.reason])


def _decided(
    request: HttpRequest, token: str, found: guardians.Shown, now: dt.datetime, *, agrees: bool
) -> HttpResponse:
    moment = showing.read(request.POST.get("shown", ""), place=showing.GUARDIAN, subject=found.row.id)
    try:
        done = guardians.answer(token, agrees=agrees, proof=addresses.proof_of(request), at=now, shown=moment)
    except guardians.Unanswerable as error:
        if error.reason != "again":
            raise
        return _ask(request, found, now, is_new=True, status=422)
    return _page(request, "agreed" if agrees else "refused", words=done.words, words_language=done.language)


def _ask(request: HttpRequest, found: guardians.Shown, now: dt.datetime, **more: Any) -> HttpResponse:
    if request.method == "GET" and not request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        showing.count_shown(place=showing.GUARDIAN, purposes=found.purposes, language=found.language, at=now)
    shown = showing.seal(place=showing.GUARDIAN, subject=found.row.id, language=found.language, at=now)
    return _page(request, "ask", words=found.words, words_language=found.language, shown=shown, **more)


def _page(request: HttpRequest, state: str, *, status: int = 200, **shown: object) -> HttpResponse:
    response = render(request, "consent/guardian.html", {"state": state, **shown}, status=status)
    response.headers["Content-Language"] = translation.get_language() or ""
    return response
