"""What a guardian is asked to allow for a child, behind the link in their mail. Looking decides nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cdp.core import addresses
from consent.services import guardians
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
        shown = guardians.read(token, now=now)
        language = languages.of(request, otherwise=shown.row.language)
        with translation.override(language):
            act = request.POST.get("act", "")
            if request.method != "POST" or act not in {"agree", "refuse"}:
                return _page(request, "ask", words=shown.words)
            if act == "agree" and request.POST.get("is_guardian") != "yes":
                return _page(request, "ask", words=shown.words, is_missing=True, status=422)
            guardians.answer(token, agrees=act == "agree", proof=addresses.proof_of(request), at=now)
            return _page(request, "agreed" if act == "agree" else "refused", words=shown.words)
    except guardians.Unanswerable as error:
        with translation.override(languages.of(request)):
            return _page(request, error.reason, status=STATUS[error.reason])


def _page(request: HttpRequest, state: str, *, status: int = 200, **shown: object) -> HttpResponse:
    response = render(request, "consent/guardian.html", {"state": state, **shown}, status=status)
    response.headers["Content-Language"] = translation.get_language() or ""
    return response
