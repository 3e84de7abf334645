"""The phone: who calls, what for, what became of it, and one thing to ask. One page, one save."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import requires
from cdp.web.desk import glance, talks
from cdp.web.forms import desk as forms
from cdp.web.views import desk
from customers.models import Interaction
from customers.rules.profiling import Context


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """`/phone/`, and `/phone/?number=+66…` (or the same in a POST) for telephone systems."""
    return desk.start(request, desk.PHONE)


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Somebody on the line: everything at a glance, and the form of the call."""
    row, now = desk.person(customer), timezone.now()
    form = forms.TalkForm(request.POST if request.method == "POST" else None)
    answer = forms.answer(request.POST) if request.method == "POST" else None
    faults: dict[str, object] = {}
    seen = glance.of(row, context=Context.PHONE, now=now)
    said = desk.allowed(request, seen)
    if request.method == "POST" and form.is_valid():
        try:
            is_more = answer is not None or not said.is_silent
            talks.save(
                customer=row.id,
                talk=None if form.is_silent and is_more else form.told(Interaction.Kind.CALL),
                answer=answer,
                said=said,
                context=Context.PHONE,
                actor=desk.actor(request),
                at=now,
            )
        except talks.UnableToSave as unable:
            faults = unable.faults
            for field in faults:
                if field in form.fields or field == "":
                    form.add_error(field or None, str(faults[field]))
        else:
            messages.success(request, _("Call saved"))
            return redirect("web:phone")
    question = seen.standing.next
    wanted = request.POST.get("question")
    question = next((one for one in seen.standing.questions if one.key == wanted), question)
    reader = get_language() or "en"
    context = {
        "desk": "phone",
        "seen": seen,
        "form": form,
        "question": desk.asked(question, seen, reader, request.POST if request.method == "POST" else None)
        if question
        else None,
        "question_faults": {field: words for field, words in faults.items() if field not in form.fields},
        "boxes": said.offered,
        "said": {*said.granted, *(f"no:{name}" for name in said.refused)},
    }
    return render(request, "web/desk/call.html", context, status=422 if request.method == "POST" else 200)
