"""What the counter and the phone have in common: finding as one types, knowing somebody new, promises, consent."""

import uuid
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cdp.core.views.access import actor_of, requires, staff_of
from cdp.web.desk import finding, glance, talks
from cdp.web.forms.desk import ANSWER, NewPersonForm
from customers.models import Customer, Interaction, Status
from customers.rules import unreadable
from customers.rules.profiling import Context, Input
from customers.selectors import lineage, profiles
from customers.selectors.questions import Question
from customers.services.identity import resolving

MOST_BUTTONS = 5
"""Of a long list, so many answers are buttons; the others are chosen from a list."""
NUMBER = "number"
"""How a telephone system names the number of an incoming call: `/phone/?number=+66…`."""


class Desk(NamedTuple):
    """The two desks differ in where one is sent and what the page is called."""

    context: Context
    page: str
    person: str
    kind: Interaction.Kind

    @property
    def template(self) -> str:
        """The page on which one looks for somebody."""
        return f"web/desk/{self.context}.html"


COUNTER = Desk(Context.COUNTER, "web:counter", "web:counter-person", Interaction.Kind.VISIT)
PHONE = Desk(Context.PHONE, "web:phone", "web:phone-call", Interaction.Kind.CALL)
DESKS = {desk.context: desk for desk in (COUNTER, PHONE)}


def person(customer: uuid.UUID) -> Customer:
    """The living row that id means today. Raises Http404."""
    try:
        found = lineage.get(customer).customer
    except LookupError as error:
        raise Http404 from error
    if found.status not in {Status.KNOWN, Status.ANONYMOUS}:
        raise Http404
    return found


def start(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The page with the one field. What is looked for travels in the body; a call names its number in the address,
    which no log of ours keeps. Who is meant beyond doubt is opened at once.
    """
    text = request.POST.get("q") or request.POST.get(NUMBER) or request.GET.get(NUMBER, "")
    found = _found(request, text)
    if found.only is not None:
        return redirect(desk.person, found.only)
    if request.method == "POST" and len(found.matches) == 1 and not found.is_cut:
        return redirect(desk.person, found.matches[0].profile.id)
    form = NewPersonForm(initial=found.proposal)
    if found.proposal and not found.matches:  # somebody new: go on with the name
        form.fields["name"].widget.attrs["data-autofocus"] = True
    return render(request, desk.template, _start(desk, found, form))


def _found(request: HttpRequest, text: str) -> finding.Found:
    # A plus in an address is read as a blank.
    text = f"+{text.strip()}" if text.startswith(" ") and text.strip()[:1].isdigit() else text
    return finding.find(text, in_full=staff_of(request).can("customers.reveal"))


def _start(desk: Desk, found: finding.Found, form: NewPersonForm) -> dict[str, Any]:
    return {
        "desk": desk.context.value,
        "found": found,
        "form": form,
        "page_url": desk.page,
        "find_url": f"web:{desk.context}-find",
        "new_url": f"web:{desk.context}-new",
        "person_url": desk.person,
    }


@requires("customers.edit")
@require_POST
def find(request: HttpRequest, desk: str) -> HttpResponse:
    """Who may be meant by what was typed so far."""
    here = DESKS[Context(desk)]
    found = _found(request, request.POST.get("q", ""))
    return render(request, "web/desk/found.html", _start(here, found, NewPersonForm(initial=found.proposal)))


@requires("customers.edit")
@require_POST
def new(request: HttpRequest, desk: str) -> HttpResponse:
    """Somebody who was not found; who turns out to be known is opened."""
    here = DESKS[Context(desk)]
    form, rivals, status = NewPersonForm(request.POST), [], 422
    if form.is_valid():
        try:
            saved = talks.begin(
                form.person,
                heard=form.cleaned_data["heard"],
                context=here.context,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except resolving.IdentityConflict as conflict:
            rivals = list(profiles.opened(conflict.customers).values())
        except resolving.Suppressed:
            form.add_error(None, str(unreadable.REASONS["suppressed"]))
            form.add_error(None, _("If they wish to, hand them the tablet and let them sign up."))
        except resolving.UnableToResolve:
            form.add_error(None, _("Somebody else is writing the same person. Please save once more."))
            status = 503
        else:
            if not saved.is_new:
                messages.info(request, _("This person was already known; the new details were added."))
            return redirect(here.person, saved.customer)
    context = {**_start(here, finding.Found(""), form), "rivals": rivals}
    return render(request, here.template, context, status=status)


def asked(question: Question, seen: glance.Glance, reader: str, data: Any = None) -> dict[str, Any]:
    """A question as the page draws it: the sentence in the customer's language, in the reader's below, and inputs."""
    theirs, ours = question.sentence(seen.language), question.sentence(reader)
    fields = question.item.fields or (question.key,)
    offered = [
        {"value": value, "label": label, "on": data is not None and value in data.getlist(ANSWER + fields[0])}
        for value, label in question.choices
    ]
    return {
        "key": question.key,
        "sentence": theirs,
        "language": seen.language,
        "translation": ours if ours != theirs else "",
        "reason": question.why.value,
        "told_at": question.told_at,
        "may_confirm": question.may_confirm,
        "on_file": question.on_file,
        "reply": data.get("reply", "") if data is not None else "",
        "is_sensitive": question.item.is_sensitive,
        "input": question.item.input.value,
        "choices": offered[:MOST_BUTTONS] if len(offered) > 2 * MOST_BUTTONS else offered,
        "more_choices": offered[MOST_BUTTONS:] if len(offered) > 2 * MOST_BUTTONS else [],
        "inputs": [
            {
                "name": ANSWER + field,
                "field": field,
                "value": data.get(ANSWER + field, "") if data is not None else "",
                "type": "date" if question.item.input is Input.DATE else "text",
                "mode": {Input.EMAIL: "email", Input.PHONE: "tel"}.get(question.item.input, "text"),
            }
            for field in fields
        ],
    }
