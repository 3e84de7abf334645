"""How a message reads: for an example person or a chosen customer, with texts that need not be saved yet."""

import uuid
from typing import Any

from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from campaigns.rules import templates
from campaigns.rules.definition import LONGEST_BODY, LONGEST_SUBJECT, MessageStep
from campaigns.services import previews, trials
from campaigns.views import frame
from cdp.core.views.access import requires, staff_of
from customers.selectors import listing, profiles

FOUND = 6
# A mail's styles stand in the mail itself; nothing else may load or run in it, and only our own pages may hold it.
MAIL_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'", "data:", "https:"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": [""],
}


@xframe_options_sameorigin
@csp(MAIL_POLICY)  # type: ignore[untyped-decorator,unused-ignore]
@requires("campaigns.edit")
@require_POST
def document(request: HttpRequest, campaign: uuid.UUID) -> HttpResponse:
    """The mail as a document of its own, for the frame beside the editor."""
    row = frame.campaign_of(campaign)
    try:
        seen = trials.parts(_step(request), purpose=row.purpose, now=timezone.now(), **_reader(request))
    except (templates.BrokenTemplate, previews.UnknownCustomer, ValueError):
        return render(request, "campaigns/preview_broken.html")
    return HttpResponse(seen.html)


@requires("campaigns.edit")
@require_POST
def head(request: HttpRequest, campaign: uuid.UUID) -> HttpResponse:
    """What stands above the mail: sender, subject, and what is wrong with the texts."""
    row = frame.campaign_of(campaign)
    step = _step(request)
    problems = [
        problem
        for texts in (step.subject, step.body)
        for text in texts.values()
        for problem in templates.problems(text)
    ]
    context: dict[str, Any] = {"problems": problems}
    if not problems:
        try:
            seen = trials.parts(step, purpose=row.purpose, now=timezone.now(), **_reader(request))
            context["subject"] = seen.subject
        except (templates.BrokenTemplate, previews.UnknownCustomer, ValueError):
            context["problems"] = [_("The message cannot be shown for this person.")]
    customer = _reader(request)["customer"]
    context["person"] = profiles.one(customer) if customer else None
    return render(request, "campaigns/preview_head.html", context)


@requires("campaigns.edit")
@require_POST
def people(request: HttpRequest, campaign: uuid.UUID) -> HttpResponse:
    """People by name, to see the message as one of them."""
    row = frame.campaign_of(campaign)
    query = request.POST.get("q", "").strip()[:200]
    found = listing.quick(query, limit=FOUND) if query else []
    return render(request, "campaigns/preview_people.html", {"campaign": row, "people": found, "query": query})


@requires("campaigns.edit")
@require_POST
def test_send(request: HttpRequest, campaign: uuid.UUID) -> HttpResponse:
    """The message to the inbox of whoever presses the button, and to nobody else."""
    row, user = frame.campaign_of(campaign), staff_of(request)
    try:
        trials.send(
            _step(request),
            purpose=row.purpose,
            to=user.email,
            name=user.name,
            now=timezone.now(),
            **_reader(request),
        )
    except (templates.BrokenTemplate, previews.UnknownCustomer, ValueError):
        return _said(_("The message cannot be filled in; look at the marks in the preview."), "danger")
    except trials.UnableToSend:
        return _said(_("The mail server did not take the message. Try again later."), "danger")
    return _said(_("Test sent to {address}.").format(address=user.email), "success")


def _said(text: str, tone: str) -> HttpResponse:
    return trigger_client_event(HttpResponse(status=204), "toast", {"text": text, "tone": tone})


def _step(request: HttpRequest) -> MessageStep:
    language = _language(request)
    subject = request.POST.get("subject", "")[:LONGEST_SUBJECT]
    body = request.POST.get("body", "")[:LONGEST_BODY].replace("\r\n", "\n")
    return MessageStep(channel="email", subject={language: subject}, body={language: body})


def _language(request: HttpRequest) -> str:
    language = request.POST.get("language", "")
    return language if language in {"en", "th", "ko"} else "en"


def _reader(request: HttpRequest) -> dict[str, Any]:
    text = request.POST.get("customer", "")
    try:
        customer = uuid.UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error
    return {"customer": customer, "language": _language(request)}
