"""Where people answer: the first page, each further one, the thanks; by a public link or a personal one.

A GET writes nothing and counts only that the first page was shown. Every page is a POST of the one before, and its
answer is the next page itself, so that it works without cookies (in a frame on somebody else's site) and without
scripts. What was answered is saved at each step; of an anonymous questionnaire nothing is, and its earlier answers
travel along in the form.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cdp.core import bounding
from consent.services import disclosures
from consent.services.requests import codes
from customers.rules import arrivals
from customers.selectors import tongues
from surveys.models import Response, Survey
from surveys.rules.kinds import LANGUAGES
from surveys.selectors import questionnaires
from surveys.selectors.questionnaires import Closed
from surveys.services.answering import Ended, NotOpen, runs, slips
from surveys.services.answering.runs import Link
from surveys.services.answering.slips import Slip
from surveys.views import stepping
from surveys.views.stepping import COOKIE, Visit

MOST_PAGES = 400
"""Pages that one network may send in ten minutes: forty people with ten pages each, as in an office or a shop's own
wireless network.
"""
_LINKS = {Link.UNKNOWN: "forged", Link.EXPIRED: "expired", Link.USED: "used"}
_STATUS = {Link.UNKNOWN: 404, Link.EXPIRED: 410, Link.USED: 410}


@csrf_exempt  # the signed slip is what no other site has; and in a frame there is no cookie
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The questionnaire by its public link."""
    return _answered(request, slug, token="")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def personal(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The questionnaire by somebody's own link."""
    return _answered(request, slug, token=token)


def _answered(request: HttpRequest, slug: str, *, token: str) -> HttpResponse:
    now = timezone.now()
    survey = questionnaires.find(slug)
    if survey is None or not survey.version:
        return guarded(closed(request, Closed.DRAFT, None), token=token)
    language = _language(request, survey, token)
    with translation.override(language):
        if request.method == "POST" and not _may(request, survey):
            return guarded(_busy(request, survey), token=token)
        try:
            response = _opened(request, survey, token=token, language=language, now=now)
        except NotOpen as shut:
            response = closed(request, shut.why, survey)
        except disclosures.NotDisclosed:
            response = closed(request, Closed.OVER, survey)
        except Ended as ended:
            response = _no_more(request, survey, ended.why, now)
    response.headers["Content-Language"] = language
    is_embedded = request.GET.get("embed", "") not in ("", "0")
    return guarded(response, token=token, is_embedded=is_embedded, is_anonymous=survey.is_anonymous)


def _opened(request: HttpRequest, survey: Survey, *, token: str, language: str, now: dt.datetime) -> HttpResponse:
    is_sent = request.method == "POST"
    slip = slips.read(_carried(request, token=token), survey, at=now)
    try:
        return _stepped(request, survey, slip, token=token, language=language, now=now)
    except (NotOpen, disclosures.NotDisclosed) as shut:
        # Who came too early comes again with the same form.
        if is_sent and slip is not None and getattr(shut, "why", Closed.OVER) is Closed.OVER:
            run = stepping.run_of(slip, survey, language=language, token=token)
            stepping.refused_late(request, run, now)
        raise


def _stepped(
    request: HttpRequest, survey: Survey, slip: Slip | None, *, token: str, language: str, now: dt.datetime
) -> HttpResponse:
    if (why := questionnaires.closed(survey, at=now)) is not None:
        raise NotOpen(why)
    said = disclosures.require(questionnaires.PLACE, survey.slug, language=language, at=now)
    fresh = slip or slips.new(mode=_mode(request), disclosure=said.version, context=_context(request, survey), at=now)
    visit = Visit(request, survey, said, token, fresh, language, now)
    if request.method == "POST":
        return stepping.step(visit, is_known=slip is not None)
    return stepping.begun(visit)


def _may(request: HttpRequest, survey: Survey) -> bool:
    """Whether one more page may be sent from that network; the shop's own tablet stands for many people."""
    if getattr(request, "tablet", None) is not None:
        return True
    form = "survey-nameless" if survey.is_anonymous else "survey"
    return bounding.may(request, form, most=MOST_PAGES, is_nameless=survey.is_anonymous)


def _busy(request: HttpRequest, survey: Survey) -> HttpResponse:
    """Too many came from there. Going back in the browser, all that was filled in stands there still."""
    context = {"why": "busy", "opens_at": None, **stepping.frame(request, survey, languages_of(survey))}
    response = render(request, "surveys/ask/closed.html", context, status=429)
    response.headers["Retry-After"] = str(bounding.WINDOW_SECONDS)
    return response


def _carried(request: HttpRequest, *, token: str) -> str:
    """The slip of the form, or of this browser; the tablet remembers nobody."""
    if request.method == "POST":
        return request.POST.get("slip", "")
    is_anew = token or request.GET.get("new") or getattr(request, "tablet", None) is not None
    return "" if is_anew else request.COOKIES.get(COOKIE, "")


def closed(request: HttpRequest, why: Closed, survey: Survey | None) -> HttpResponse:
    """Nobody can answer now. A draft and an address without a questionnaire are told alike."""
    opens = survey.opens_at if survey is not None and why is Closed.EARLY else None
    context = {"why": why.value, "opens_at": opens, **stepping.frame(request, survey, languages_of(survey))}
    status = {Closed.DRAFT: 404, Closed.EARLY: 200, Closed.OVER: 410}[why]
    return render(request, "surveys/ask/closed.html", context, status=status)


def _no_more(request: HttpRequest, survey: Survey, why: Link, now: dt.datetime) -> HttpResponse:
    """A link that leads nowhere, or somebody who answered before. Counted like every refused link: never whose."""
    codes.note_attempt("survey", _LINKS[why], at=now)
    context = {"why": why.value, **stepping.frame(request, survey, languages_of(survey))}
    return render(request, "surveys/ask/no_more.html", context, status=_STATUS[why])


def guarded(
    response: HttpResponse, *, token: str = "", is_embedded: bool = False, is_anonymous: bool = False
) -> HttpResponse:
    """A personal address travels on to nobody, and that somebody was at an anonymous questionnaire is told to no page
    after it; a public one may stand in a frame where it was made to.
    """
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if token or is_anonymous:
        response.headers["Referrer-Policy"] = "no-referrer"
    if is_embedded and not token:
        marked: Any = response
        marked.xframe_options_exempt = True
        marked._csp_replace = {"frame-ancestors": ["*"]}  # noqa: SLF001  (what django-csp's own decorator sets)
    return response


# --- reading the address ------------------------------------------------------------------------------------------


def _language(request: HttpRequest, survey: Survey, token: str) -> str:
    """That of whoever was asked, as their letter was written, until they choose another."""
    invited = runs.customer_of(token) if token and "lang" not in request.GET else None
    told = tongues.of_customer(invited) if invited is not None else ""
    return told if told in languages_of(survey) else language_of(survey)


def language_of(survey: Survey) -> str:
    """The language in force if the questionnaire speaks it, else the shop's, else its own first."""
    wanted = (translation.get_language() or settings.LANGUAGE_CODE)[:2]
    spoken = languages_of(survey)
    return next((code for code in (wanted, settings.LANGUAGE_CODE[:2]) if code in spoken), spoken[0])


def languages_of(survey: Survey | None) -> Sequence[str]:
    """The languages it speaks, as its page offers them."""
    if survey is None or not survey.version:
        return [code for code in LANGUAGES if code in dict(settings.LANGUAGES)]
    return questionnaires.version(survey.id, survey.version).definition.languages


def _mode(request: HttpRequest) -> Response.Mode:
    if getattr(request, "tablet", None) is not None:
        return Response.Mode.KIOSK
    if request.GET.get("embed", "") not in ("", "0"):
        return Response.Mode.EMBED
    return Response.Mode.MAIL if request.GET.get("q") else Response.Mode.WEB


def _context(request: HttpRequest, survey: Survey) -> dict[str, str]:
    """Where somebody came from: the shop's own word for the place, the campaign, and what our link is signed for."""
    if survey.is_anonymous:
        return {}
    return {**arrivals.read(request.GET).query, **slips.context(request.GET.get("c", ""))}
