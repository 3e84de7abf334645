"""A guardian's own page, behind the link in their mail: what is asked for a child, and afterwards what they allowed,
to take back. Looking decides nothing.
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
from consent.services import guardians, guardians_after, showing
from consent.services.requests import codes
from consent.views import languages
from consent.views.private import private

STATUS = {"used": 200, "allowed": 200, "grown": 200, "expired": 410, "unknown": 404}


@csrf_exempt
@never_cache
@private
@require_http_methods(["GET", "HEAD", "POST"])
def guardian(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what is asked or was allowed; POST with `act` agree or refuse decides, once, and `back` takes the
    `box`es back. Agreeing needs the box above it.
    """
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
        return _without(request, token, error.reason, now)


def _without(request: HttpRequest, token: str, reason: str, now: dt.datetime) -> HttpResponse:
    """Nothing is asked (any more): what the guardian allowed, or why there is nothing."""
    if reason == "allowed":
        try:
            return _own(request, token, now)
        except guardians.Unanswerable as error:
            reason = error.reason
    if reason not in {"grown", "allowed"}:
        codes.note_attempt("guardian", {"unknown": "forged"}.get(reason, reason), at=now)
    language = "" if reason == "unknown" else guardians.find(token).language
    with translation.override(languages.of(request, otherwise=language)):
        return _page(request, reason, status=STATUS[reason])


def _own(request: HttpRequest, token: str, now: dt.datetime) -> HttpResponse:
    own = guardians_after.read(token, now=now, language=languages.wished(request))
    with translation.override(languages.of(request, otherwise=own.row.language)):
        if request.method != "POST" or request.POST.get("act") != "back":
            return _page(request, "allowed", own=own)
        chosen = None if request.POST.get("all") else set(request.POST.getlist("box"))
        if chosen is not None and not chosen:
            return _page(request, "allowed", own=own, is_missing=True, status=422)
        guardians_after.take_back(token, chosen=chosen, proof=addresses.proof_of(request), at=now)
        try:
            own = guardians_after.read(token, now=now, language=languages.wished(request))
        except guardians.Unanswerable:
            return _page(request, "taken_back")
        return _page(request, "allowed", own=own, is_done=True)


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
    own_url = request.path if agrees else ""
    return _page(
        request, "agreed" if agrees else "refused", words=done.words, words_language=done.language, own_url=own_url
    )


def _ask(request: HttpRequest, found: guardians.Shown, now: dt.datetime, **more: Any) -> HttpResponse:
    if request.method == "GET" and not request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        showing.count_shown(place=showing.GUARDIAN, purposes=found.purposes, language=found.language, at=now)
    shown = showing.seal(place=showing.GUARDIAN, subject=found.row.id, language=found.language, at=now)
    child = guardians.child_of(found.row)
    return _page(request, "ask", words=found.words, words_language=found.language, shown=shown, child=child, **more)


def _page(request: HttpRequest, state: str, *, status: int = 200, **shown: object) -> HttpResponse:
    response = render(request, "consent/guardian.html", {"state": state, **shown}, status=status)
    response.headers["Content-Language"] = translation.get_language() or ""
    return response
