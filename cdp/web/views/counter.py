"""The counter: find the buyer with one field, write down a purchase, ask one thing, hand over the tablet."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import qr
from cdp.core.views.access import requires
from cdp.web.desk import consents, glance, sales, talks
from cdp.web.forms import desk as forms
from cdp.web.views import desk
from customers.models import Customer, Interaction
from customers.rules import member_numbers, unreadable
from customers.rules.profiling import Context
from customers.selectors import questions
from customers.selectors.profiles import Kind
from customers.services import member_numbers as numbers
from customers.services import profiles
from customers.services.identity import resolving

PAUSE = dt.timedelta(hours=2)
"""One thing is asked a visit; "one more" is up to the customer."""


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """`/counter/`: one field for whatever the customer says or shows."""
    return desk.start(request, desk.COUNTER)


@requires("customers.edit")
@require_safe
def person(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Somebody at the counter."""
    return _page(request, desk.person(customer))


@requires("customers.edit")
@require_POST
def answer(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """What the customer said to the question."""
    row = desk.person(customer)
    given = forms.answer(request.POST)
    if given is None:
        return _page(request, row, faults={"": _("Write down the answer first.")}, status=422)
    try:
        _save(request, row, answer=given)
    except talks.UnableToSave as unable:
        return _page(request, row, faults=unable.faults, status=422)
    messages.success(request, _("Saved"))
    return redirect("web:counter-person", row.id)


@requires("customers.edit")
@require_POST
def visit(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """What the customer came for."""
    row = desk.person(customer)
    form = forms.TalkForm(request.POST)
    if form.is_valid():
        try:
            _save(request, row, talk=form.told(Interaction.Kind.VISIT))
        except talks.UnableToSave as unable:
            for field, words in unable.faults.items():
                form.add_error(field if field in form.fields else None, str(words))
        else:
            messages.success(request, _("Visit saved"))
            return redirect("web:counter-person", row.id)
    return _page(request, row, talk_form=form, status=422)


@requires("customers.edit")
@require_POST
def sale(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """A purchase of this customer."""
    row = desk.person(customer)
    form = forms.SaleForm(request.POST)
    if form.is_valid():
        try:
            written = sales.take(
                customer=row.id,
                sale=form.id,
                amount=form.cleaned_data["amount"],
                articles=list(form.numbers),
                actor=desk.actor(request),
                at=timezone.now(),
            )
        except sales.UnableToSell as unable:
            form.add_error(unable.field, unable.reason)
        else:
            number = written.order.external_id
            messages.success(request, _("Purchase %(number)s saved") % {"number": number})
            return redirect("web:counter-person", row.id)
    return _page(request, row, sale_form=form, status=422)


@requires("customers.edit")
@require_POST
def card(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Know the customer by a payment card from now on, or give a member number."""
    row, now = desk.person(customer), timezone.now()
    if request.POST.get("give") == "member":
        numbers.give(customer=row.id, actor=desk.actor(request), at=now)
        messages.success(request, _("Member number given"))
        return redirect("web:counter-person", row.id)
    form = forms.CardForm(request.POST)
    if form.is_valid():
        try:
            profiles.edit(
                customer=row.id,
                person=form.person,
                source=talks.source(Context.COUNTER),
                actor=desk.actor(request),
                at=now,
            )
        except resolving.Suppressed:
            form.add_error("card_token", str(unreadable.REASONS["suppressed"]))
        except resolving.IdentityConflict:
            form.add_error("card_token", _("This card belongs to another customer. A data steward was asked about it."))
        else:
            messages.success(request, _("The card is known from now on"))
            return redirect("web:counter-person", row.id)
    return _page(request, row, card_form=form, status=422)


@requires("consent.record")
@require_POST
def consent_save(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """What the customer allowed or refused, in the words that were read or shown to them."""
    row, now = desk.person(customer), timezone.now()
    said = desk.allowed(request, glance.of(row, context=Context.COUNTER, now=now))
    try:
        written = consents.record(
            customer=row.id, said=said, context=Context.COUNTER, actor=desk.actor(request), at=now
        )
    except consents.UnableToRecord as unable:
        messages.error(request, str(unable))
    else:
        messages.success(request, ngettext("%(n)s answer recorded", "%(n)s answers recorded", written) % {"n": written})
    return redirect("web:counter-person", row.id)


def _save(
    request: HttpRequest, row: Customer, *, talk: talks.Talk | None = None, answer: talks.Answer | None = None
) -> None:
    at = timezone.now()
    talks.save(customer=row.id, talk=talk, answer=answer, context=Context.COUNTER, actor=desk.actor(request), at=at)


def _page(
    request: HttpRequest,
    row: Customer,
    *,
    faults: dict[str, Any] | None = None,
    talk_form: forms.TalkForm | None = None,
    sale_form: forms.SaleForm | None = None,
    card_form: forms.CardForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    seen = glance.of(row, context=Context.COUNTER, now=now)
    said = questions.replies(seen.lineage)
    is_enough = not request.GET.get("more") and any(now - one.at < PAUSE for one in said.values()) and not faults
    question = None if is_enough else seen.standing.next
    wanted = request.POST.get("question")
    question = next((one for one in seen.standing.questions if one.key == wanted), question)
    number = seen.profile.value(Kind.MEMBER)
    data = request.POST if faults else None
    context = {
        "desk": "counter",
        "seen": seen,
        "question": desk.asked(question, seen, get_language() or "en", data) if question else None,
        "question_faults": faults or {},
        "is_enough": is_enough and seen.standing.next is not None,
        "boxes": desk.boxes(seen),
        "said": frozenset(),
        "talk_form": talk_form or forms.TalkForm(),
        "talk_open": talk_form is not None,
        "sale_form": sale_form or forms.SaleForm(),
        "card_form": card_form or forms.CardForm(),
        "card_open": card_form is not None,
        "member_number": member_numbers.spaced(number),
        "member_code": qr.svg(number) if number else "",
        "kiosk_url": f"{reverse('web:signup')}?kiosk=1&lang={seen.language}",
    }
    return render(request, "web/desk/person.html", context, status=status)
