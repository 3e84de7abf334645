"""Staff write down what the guardian of a child allows, who stands before them or is on the phone."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import actor_of, requires
from consent.services import guardians_seen
from customers.selectors import lineage, profiles

LANGUAGES = ("en", "th", "ko")


@requires("consent.record")
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """What is asked, in the words of the child's language, to be read out; by POST what the guardian said."""
    try:
        person = lineage.get(customer).customer
    except (lineage.Erased, lineage.Unknown) as error:
        raise Http404 from error
    now, problem = timezone.now(), ""
    language = person.language if person.language in LANGUAGES else request.LANGUAGE_CODE
    with translation.override(language):
        ahead = guardians_seen.ahead(person.id, language=language, now=now)
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
        "boxes": [{"name": one.name, "words": ahead.centre.words[one.name]} for one in ahead.options] if ahead else [],
        "language": language,
        "typed": request.POST,
        "ticked": request.POST.getlist("box"),
        "problem": problem,
    }
    return render(request, "consent/guardian_desk.html", context, status=422 if problem else 200)
