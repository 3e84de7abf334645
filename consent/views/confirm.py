"""The second step of a sign-up: the link in the mail shows what would be allowed, and a button allows it.

Looking never confirms: mail scanners follow links. The sealed token is the permission, so no cookie is asked for.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cdp.core import addresses
from consent.services import confirming, links
from consent.views import languages
from consent.views.private import private

STATUS = {"used": 200, "expired": 410, "changed": 410, "unknown": 404}


@csrf_exempt
@never_cache
@private
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows, POST confirms, once."""
    now = timezone.now()
    try:
        shown = confirming.read(token, now=now)
        language = languages.of(request, otherwise=shown.row.language)
        with translation.override(language):
            if request.method != "POST":
                return _page(request, "ask", words=shown.words)
            confirming.confirm(token, proof=addresses.proof_of(request), at=now)
            preferences = links.preferences_path(customer=shown.row.customer_id, at=now)
            return _page(request, "done", words=shown.words, preferences=preferences)
    except confirming.Unconfirmable as error:
        with translation.override(languages.of(request)):
            return _page(request, error.reason, status=STATUS[error.reason])


def _page(request: HttpRequest, state: str, *, status: int = 200, **shown: object) -> HttpResponse:
    response = render(request, "consent/confirm.html", {"state": state, **shown}, status=status)
    response.headers["Content-Language"] = translation.get_language() or ""
    return response
