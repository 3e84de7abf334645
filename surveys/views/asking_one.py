"""Asking one customer whom staff look at: a link of their own with texts ready to send, or the questions read aloud.

Nothing is sent from here. Each way in which staff could send the link is closed where the gate says no, with its
reason; who answered, was asked too lately or too often gets no new link.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cdp.core import qr
from cdp.core.views.access import actor_of, requires
from consent.rules.jurisdiction import place
from consent.selectors import jurisdiction
from customers.selectors import profiles, tongues
from customers.selectors.profiles import Profile
from surveys.models import Survey
from surveys.selectors import invitations, inviting, letters, questionnaires, wording
from surveys.services import inviting as service


@dataclass(frozen=True)
class Offer:
    """A questionnaire that is open, and why this customer is not asked it now; empty where they can be."""

    survey: Survey
    title: str
    why_not: str


@dataclass(frozen=True)
class Way:
    """One way to send the link by hand: its text, or why it is closed."""

    key: str
    text: str
    why_not: str


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """`/surveys/for/{customer}/`: what can be asked; posted with `survey`, a link of theirs; `?survey=` shows it."""
    now = timezone.now()
    person = profiles.one(customer)
    if person is None:
        raise Http404
    if person.id != customer:
        return redirect("surveys:ask-customer", person.id)
    offered = questionnaires.open_now(at=now)
    if request.method == "POST":
        survey = next((one for one in offered if one.slug == request.POST.get("survey")), None)
        if survey is None:
            raise Http404
        try:
            service.personal(survey=survey, customer=person.id, actor=actor_of(request), at=now)
        except service.UnableToInvite as unable:
            messages.error(request, str(unable))
            return redirect("surveys:ask-customer", person.id)
        return redirect(f"{reverse('surveys:ask-customer', args=[person.id])}?survey={survey.slug}")
    chosen = next((one for one in offered if one.slug == request.GET.get("survey")), None)
    page: dict[str, Any] = {"person": person, "offers": _offers(offered, person.id, now)}
    if chosen is not None:
        row = invitations.open_for(chosen, person.id, at=now)
        if row is None:
            return redirect("surveys:ask-customer", person.id)
        page |= _link(chosen, service.link_of(chosen, row.id), row.expires_at, person, now)
    return render(request, "surveys/ask_one.html", page)


def _offers(offered: list[Survey], customer: uuid.UUID, now: Any) -> list[Offer]:
    titles = wording.titles({survey.id for survey in offered})
    found = []
    for survey in offered:
        pace = inviting.pace(survey=survey, customer=customer, at=now)
        title = titles.get(str(survey.id), survey.name)
        has_one = bool(pace) and invitations.open_for(survey, customer, at=now) is not None
        found.append(Offer(survey, title, inviting.words(pace) if pace and not has_one else ""))
    return found


def _link(survey: Survey, url: str, expires: Any, person: Profile, now: Any) -> dict[str, Any]:
    row = person.customer
    language = tongues.of_person(row)
    where = place(country=row.country, phone_country=row.phone_country, language=row.language)
    label = jurisdiction.of_place(where).label_for(inviting.PURPOSE, "sms")
    names = letters.names_of(person)
    texts = letters.texts(survey, url, language=language, label=label, names=names)
    closed = inviting.ways(survey=survey, customer=row.id, at=now)
    ready = {"email": f"{texts.subject}\n\n{texts.mail}", "sms": texts.sms, "line": texts.chat}
    return {
        "chosen": survey,
        "url": url,
        "code": qr.svg(url),
        "expires": expires,
        "texts": texts,
        "ways": [Way(key, ready[key], inviting.words(why) if why else "") for key, why in closed.items()],
        "language": language,
    }
