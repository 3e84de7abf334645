"""Asking during a call: staff read the questions aloud to somebody they have before them, and write down the answers.

The answers are that customer's, the way is kept (`call`), and so is who asked. Nothing of the customer is shown here
but the name. `?say=ko` is the language of the call; the one that staff work in stays as it was.
"""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import actor_of, requires
from consent.services import disclosures
from customers.selectors import profiles
from surveys.models import Response
from surveys.selectors import questionnaires
from surveys.services.answering import Ended, NotOpen, slips
from surveys.views import asking, frame, stepping
from surveys.views.stepping import Call, Visit


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, survey: str, customer: uuid.UUID) -> HttpResponse:
    """One page after another, with the words to say."""
    row, now = frame.survey_of(survey), timezone.now()
    # Who was on the phone, and when, is kept of every page that is sent: no answer could be anonymous.
    if row.is_anonymous or not row.version:
        raise Http404
    person = profiles.one(customer)
    if person is None:
        raise Http404
    spoken = questionnaires.version(row.id, row.version).definition.languages
    wanted = request.GET.get("say", "")
    language = wanted if wanted in spoken else asking.language_of(row)
    around: dict[str, Any] = {"person": person, "survey": row}
    about = Call(person.id, actor_of(request), around)
    slip = slips.read(request.POST.get("slip", ""), row, at=now)
    is_known = slip is not None and slip.mode is Response.Mode.CALL
    with translation.override(language):
        try:
            if (why := questionnaires.closed(row, at=now)) is not None:
                raise NotOpen(why)
            said = disclosures.require(questionnaires.PLACE, row.slug, language=language, at=now)
            fresh = slip or slips.new(mode=Response.Mode.CALL, disclosure=said.version, context={}, at=now)
            visit = Visit(request, row, said, "", fresh, language, now, call=about)
            if request.method == "POST":
                return stepping.step(visit, is_known=is_known)
            return stepping.begun(visit)
        except (NotOpen, disclosures.NotDisclosed):
            if slip is not None and is_known:
                stepping.refused_late(request, stepping.run_of(slip, row, language=language, call=about), now)
            return render(request, "surveys/call_done.html", {**around, "state": "closed"}, status=409)
        except Ended:
            return render(request, "surveys/call_done.html", {**around, "state": "used"}, status=409)
