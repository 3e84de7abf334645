"""Staff write down what the guardian of a child allows, who stands before them or is on the phone."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import actor_of, requires
from consent.selectors import guardians as waits
from consent.services import guardians, guardians_seen
from customers.selectors import lineage, profiles, tongues


@requires("consent.record")
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """What is asked, in the words of the child's language, to be read out; by POST what the guardian said."""
    try:
        person = lineage.get(customer).customer
    except (lineage.Erased, lineage.Unknown) as error:
        raise Http404 from error
    now, problem = timezone.now(), ""
    language = tongues.of_person(person)
    with translation.override(language):
        ahead = guardians_seen.ahead(person.id, language=language, now=now)
    if request.method == "POST" and request.POST.get("act") == "again":
        return _again(request, person.id, now)
    if request.method == "POST":
        try:
            with translation.override(language):
                count = guardians_seen.record(
                    customer=person.id,
                    chosen=request.POST.getlist("box"),
                    name=request.POST.get("name", ""),
                    method=request.POST.get("method", ""),
                    language=language,
                    actor=actor_of(request),
                    at=now,
                )
        except guardians_seen.UnableToRecord as unable:
            problem = str(unable.args[0])
        else:
            said = ngettext(
                "Recorded: the guardian allowed %(n)s thing", "Recorded: the guardian allowed %(n)s things", count
            )
            messages.success(request, said % {"n": count})
            return redirect("customers:customer-detail", person.id)
    context = {
        "profile": profiles.one(person),
        "ahead": ahead,
        "boxes": [{"name": one.name, "words": ahead.centre.guardian_words[one.name]} for one in ahead.options]
        if ahead
        else [],
        "waiting": waits.waiting(lineage.of(person.id), now=now),
        "language": language,
        "typed": request.POST,
        "ticked": request.POST.getlist("box"),
        "problem": problem,
    }
    return render(request, "consent/guardian_desk.html", context, status=422 if problem else 200)


def _again(request: HttpRequest, customer: uuid.UUID, now: dt.datetime) -> HttpResponse:
    """Send the mail that waits for an answer once more, and say whether it goes."""
    asked = request.POST.get("question", "")
    for one in waits.waiting(lineage.of(customer), now=now):
        if str(one.row.id) != asked:
            continue
        try:
            guardians.ask_again(one.row, actor=actor_of(request), at=now)
        except guardians.UnableToAsk:
            messages.error(request, _("No mail was sent: three went to this address today already."))
        else:
            messages.success(request, _("The mail to %(address)s is on its way again") % {"address": one.masked})
        break
    else:
        messages.error(request, _("This question waits no more."))
    return redirect("consent:guardian-record", customer)
