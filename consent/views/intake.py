"""Staff take a request for somebody at the counter, on the phone or by letter, and hand out the receipt."""

import datetime as dt
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core.views.access import actor_of, requires
from consent.forms.requests import IntakeForm
from consent.models import PrivacyRequest, Right
from consent.selectors import packs
from consent.selectors import requests as reading
from consent.services import links
from consent.services.requests import intake, letters, steps
from consent.services.requests.steps import UnableToDo
from customers.models import Customer
from customers.selectors import lineage, profiles, tongues


@requires("consent.record")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Write down what a customer asks for; then their receipt."""
    person = _person(customer)
    profile = profiles.one(person)
    assert profile is not None, "the row is there"  # noqa: S101
    door = request.GET.get("door", PrivacyRequest.Door.COUNTER)
    form = IntakeForm(
        request.POST or None,
        country=person.country,
        initial={"language": tongues.of_person(person), "door": door, "asker": PrivacyRequest.Asker.PERSON},
    )
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        told = form.cleaned_data
        reach = ("email", profile.email) if profile.email else ("sms", profile.phone) if profile.phone else ("", "")
        try:
            begun = intake.begin(
                intake.Ask(
                    customer=person.id,
                    right=told["right"],
                    door=told["door"],
                    language=told["language"],
                    identity=told["identity"],
                    asker=told["asker"],
                    words=steps.Words(said=told["said"], reach=reach, proof=told["proof"]),
                    changes=form.changes if told["right"] == Right.RECTIFICATION else {},
                    received_at=_received(told["received_on"], now),
                ),
                actor=actor_of(request),
                at=now,
            )
        except UnableToDo as unable:
            form.add_error(unable.code if unable.code in form.fields else None, str(unable.text))
        else:
            return redirect("consent:request-receipt", begun.request.id)
    context = {"form": form, "profile": profile, "has_birthday": person.birth_date is not None}
    return render(request, "consent/requests/new.html", context, status=422 if form.errors else 200)


@requires("consent.record")
@require_safe
def receipt(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What the customer takes along: the number, until when they have an answer, and the link."""
    row = reading.find(pk)
    if row is None:
        raise Http404
    pack = packs.every().get(row.pack)
    context: dict[str, object] = {
        "row": row,
        "received": letters.day_received(row),
        "due": letters.due_day(row, row.language),
        "url": links.progress_url(row.id),
        "profile": profiles.one(row.customer_id),
        "is_written_to": bool(steps.words(row).reach[1]),
        "law": pack.name if pack else "",
    }
    with translation.override(row.language):
        context["paper"] = render_to_string("consent/requests/receipt_paper.html", context, request)
    return render(request, "consent/requests/receipt.html", context)


def _received(day: dt.date | None, now: dt.datetime) -> dt.datetime | None:
    """A letter's day at noon; today's is now."""
    if day is None or day == timezone.localdate(now):
        return None
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


def _person(customer: uuid.UUID) -> Customer:
    try:
        return lineage.get(customer).customer
    except (lineage.Erased, lineage.Unknown) as error:
        raise Http404 from error
