"""Where customers say how their question was handled: one tap on a number, one button. Opening the link keeps nothing:
programs that look at mail open links, too.
"""

import base64
import binascii

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cdp.core import bounding
from surveys.forms.tickets import RatingForm
from surveys.services.tickets import working
from surveys.views import asking


@csrf_exempt  # nothing here rests on a session; the link itself is what no other site has
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, secret: str) -> HttpResponse:
    """The question, or the thanks. Of a link that is none the page looks the same until it is sent."""
    if request.method != "POST" or "meanwhile" in request.POST:
        return _shown(request, RatingForm(initial=_kept(request)))
    form = RatingForm(request.POST)
    if not bounding.may(request, "ticket-rating"):
        form.is_valid()
        form.add_error(None, _("Many forms came from your connection just now. In ten minutes it works again."))
        return _shown(request, form, status=429)
    if not form.is_valid():
        return _shown(request, form, status=422)
    try:
        given = form.cleaned_data
        working.rate(secret=_raw(secret), stars=given["stars"], words=given["words"], at=timezone.now())
    except working.NoSuchLink:
        return _guarded(render(request, "surveys/ask/rating_over.html", status=410))
    return _guarded(render(request, "surveys/ask/rating_thanks.html"))


def _kept(request: HttpRequest) -> dict[str, str]:
    stars = request.POST.get("stars") or request.GET.get("stars", "")
    return {"stars": stars if stars in {"1", "2", "3", "4", "5"} else "", "words": request.POST.get("words", "")[:2000]}


def _raw(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _shown(request: HttpRequest, form: RatingForm, *, status: int = 200) -> HttpResponse:
    return _guarded(render(request, "surveys/ask/rating.html", {"form": form}, status=status))


def _guarded(response: HttpResponse) -> HttpResponse:
    """The address travels on to nobody."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return asking.guarded(response)
