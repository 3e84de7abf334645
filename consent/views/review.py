"""Answering a text whose meaning turned: old and new words, and yes or no, without logging in and without scripts.

The sealed token in the address is the permission, as in the preference centre. Looking changes nothing; a link that is
too old or broken leads to the form that sends a fresh link to one's settings, with the same answer whoever asks.
"""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cdp.core import addresses
from consent.forms.preferences import LinkForm
from consent.rules import notices as rules
from consent.selectors import notices, people
from consent.selectors import review as reading
from consent.services import links, preferences, reviewing
from consent.views import languages
from consent.views.private import private


@csrf_exempt
@never_cache
@private
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what changed; POST answers `purpose` with `answer` yes or no."""
    now = timezone.now()
    try:
        customer, version = links.read_review(token, now=now)
    except links.BadToken:
        return _without(request, "unknown")
    except links.Expired:
        return _without(request, "expired")
    person = people.find(customer)
    with translation.override(languages.of(request, otherwise=person.language if person else "")):
        language = translation.get_language() or "en"
        found = reading.of(person.id, version, language=language, now=now) if person else None
        if found is None:
            return _without(request, "expired")  # who was forgotten is answered like an old link
        if request.method == "POST":
            return _answered(request, found, language, now)
        return _page(request, found, language, now)


def _answered(request: HttpRequest, found: reading.Review, language: str, now: dt.datetime) -> HttpResponse:
    asked = request.POST.get("purpose", "")
    question = next((one for one in found.questions if one.key == asked), None)
    said = request.POST.get("answer", "")
    if question is None or said not in {"yes", "no"}:
        return _page(request, found, language, now, problem=_("Please choose yes or no."), status=422)
    try:
        changed = reviewing.answer(
            found,
            question,
            is_yes=said == "yes",
            shown=request.POST.get("shown", ""),
            proof=addresses.proof_of(request),
            at=now,
        )
    except reviewing.UnableToAnswer:
        problem = _("Our texts changed while you read. Please look once more, and answer again.")
        return _page(request, found, language, now, problem=problem, status=409)
    except preferences.UnableToChange:
        return _without(request, "expired")
    fresh = reading.of(found.person.id, found.version.id, language=language, now=now)
    if fresh is None:
        return _without(request, "expired")
    told = (
        _("Thank you. You allow it, and can take it back at any time.")
        if said == "yes"
        else _("Done. You said no, and hear nothing about it any more.")
    )
    return _page(request, fresh, language, now, told=told, undo=changed.undo)


def _page(
    request: HttpRequest,
    found: reading.Review,
    language: str,
    now: dt.datetime,
    *,
    told: str = "",
    undo: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    policy = found.version.policy
    context = {
        "review": found,
        "is_document": policy in rules.DOCUMENTS,
        "document_url": notices.public_path(policy, language=language, version=found.version.version),
        "settings_url": f"{links.preferences_path(customer=found.person.id, at=now)}?lang={language}",
        "told": told,
        "undo": undo,
        "problem": problem,
    }
    response = render(request, "consent/review.html", context, status=status)
    response.headers["Content-Language"] = language
    return response


def _without(request: HttpRequest, state: str) -> HttpResponse:
    with translation.override(languages.of(request)):
        status = {"expired": 410, "unknown": 404}[state]
        return render(request, "consent/preferences_link.html", {"state": state, "form": LinkForm()}, status=status)
