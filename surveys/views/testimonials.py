"""What everybody may read of interviews, also inside other sites; and where its person says yes or no to that.

The page of a person is a link of their own: looking decides nothing, a yes or a no is a press. It stays good, so that
they take back by the same link what they allowed.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import addresses, spoken
from consent.selectors import purposes
from consent.services.requests import codes
from surveys.models import Testimonial
from surveys.selectors.interviews import shown
from surveys.services.interviews import testimonials
from surveys.services.interviews.testimonials import Asked, Gone, UnableToShow
from surveys.views import asking

MOST = 24


@csrf_exempt  # the address is the key; no session stands behind it
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the exact words and name; POST with `act` yes or no decides, `back` takes a yes back."""
    return asking.guarded(_mine(request, token), token=token)


def _mine(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    try:
        told = testimonials.read(token, at=now)
    except Gone:
        codes.note_attempt("testimonial", "forged", at=now)
        with translation.override(_language(request)):
            return _page(request, "gone", None, status=404)
    with translation.override(_language(request, told.row.language)):
        act = request.POST.get("act", "") if request.method == "POST" else ""
        if act not in {"yes", "no", "back"}:
            return _page(request, _state(told), told)
        language = (translation.get_language() or "en")[:2]
        try:
            told = testimonials.answer(
                token=token, agrees=act == "yes", proof=addresses.proof_of(request), language=language, at=now
            )
        except UnableToShow as unable:
            return _page(request, "asked", told, problem=str(unable), status=422)
        except Gone:
            return _page(request, "gone", None, status=404)
        return _page(request, _state(told), told, is_done=True)


def _state(told: Asked) -> str:
    row = told.row
    if row.state in (Testimonial.State.ALLOWED, Testimonial.State.PUBLISHED):
        return "allowed" if told.is_standing else "withdrawn"
    return str(row.state)


def _page(request: HttpRequest, state: str, told: Asked | None, *, status: int = 200, **more: object) -> HttpResponse:
    wording = next(
        (
            one
            for one in purposes.offered(
                translation.get_language() or "", with_refusals=True, also=[purposes.TESTIMONIAL]
            )
            if one.key == purposes.TESTIMONIAL
        ),
        None,
    )
    context = {"state": state, "told": told, "wording": wording, **_frame(request), **more}
    return render(request, "surveys/ask/testimonial.html", context, status=status)


@never_cache  # who takes their words back is read by nobody from then on, a copy in a browser included
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """All that everybody may read, newest first; with `?embed=1` for a frame in another page."""
    now = timezone.now()
    wanted = request.GET.get("only", "")
    only = wanted if wanted in dict(settings.LANGUAGES) else ""
    with translation.override(_language(request)):
        rows = shown.published(at=now, language=only, most=MOST)
        response = render(request, "surveys/ask/testimonials.html", {"rows": rows, **_frame(request)})
    return asking.guarded(response, is_embedded=_is_embedded(request))


def _language(request: HttpRequest, otherwise: str = "") -> str:
    """The one that `?lang=` names, else `otherwise`, else the one in force."""
    known = dict(settings.LANGUAGES)
    for code in (request.GET.get("lang", ""), otherwise):
        if code in known:
            return code
    return translation.get_language() or settings.LANGUAGE_CODE


def _is_embedded(request: HttpRequest) -> bool:
    return request.GET.get("embed", "") not in ("", "0")


def _frame(request: HttpRequest) -> dict[str, object]:
    return {
        "is_embedded": _is_embedded(request),
        "languages": [(code, spoken.OWN_NAMES.get(code, code)) for code, _name in settings.LANGUAGES],
    }
