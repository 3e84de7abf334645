"""Where somebody brings the code of an anonymous answer and says how they are reached.

The code travels in the form alone, never in an address. The thanks are the same for everybody whose code is taken,
known or new, rewarded before or not: who it is, nobody looks up before the month is over.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cdp.core import bounding
from surveys.forms.claiming import ClaimForm
from surveys.models import Survey
from surveys.selectors import questionnaires, wording
from surveys.selectors.questionnaires import Closed
from surveys.services import claims
from surveys.views import asking, stepping


@csrf_exempt  # nothing here rests on a session; the code itself is what no other site has
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, what is wrong with it, or the thanks. Also after the survey is over: a code does not age."""
    survey = questionnaires.find(slug)
    if survey is None or not (survey.version and survey.is_anonymous and survey.reward):
        language = asking.language_of(survey) if survey is not None and survey.version else translation.get_language()
        with translation.override(language):
            return asking.guarded(asking.closed(request, Closed.DRAFT, None))
    with translation.override(asking.language_of(survey)):
        return asking.guarded(_answered(request, survey))


def _answered(request: HttpRequest, survey: Survey) -> HttpResponse:
    now = timezone.now()
    today, is_kiosk = timezone.localdate(now), getattr(request, "tablet", None) is not None
    if request.method != "POST" or "meanwhile" in request.POST:
        kept = {name: request.POST.get(name, "") for name in ("code", "email", "phone")}
        return _shown(request, survey, ClaimForm(initial=kept, today=today, is_kiosk=is_kiosk))
    form = ClaimForm(request.POST, today=today, is_kiosk=is_kiosk)
    if request.POST.get("website"):
        return _thanked(request, survey)
    if not bounding.may(request, "survey-claim", is_nameless=True):
        form.is_valid()
        form.add_error(None, _("Many forms came from your connection just now. In ten minutes it works again."))
        return _shown(request, survey, form, status=429)
    if not form.is_valid():
        return _shown(request, survey, form, status=422)
    try:
        claims.bring(survey=survey, code=form.cleaned_data["code"], person=form.person, at=now)
    except claims.UnableToClaim as unable:
        form.add_error("code", str(unable))
        return _shown(request, survey, form, status=422)
    return _thanked(request, survey)


def _shown(request: HttpRequest, survey: Survey, form: ClaimForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, **_around(request, survey)}
    return render(request, "surveys/ask/claim.html", context, status=status)


def _thanked(request: HttpRequest, survey: Survey) -> HttpResponse:
    return render(request, "surveys/ask/claimed.html", _around(request, survey))


def _around(request: HttpRequest, survey: Survey) -> dict[str, object]:
    return {
        "promised": wording.promised(survey.reward),
        **stepping.frame(request, survey, asking.languages_of(survey)),
    }
