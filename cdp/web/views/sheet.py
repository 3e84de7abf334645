"""The page of one person at a desk: everything that is filled in on it is one form and one save.

What is typed stays until it is saved: the small things that are done in between (a member number, a card, a promise
that was kept) are buttons of the same form, and a fault in one part keeps all others as they were typed.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cdp.core import receipts
from cdp.core.views.access import actor_of
from cdp.web.desk import consents, glance, sales, talks
from cdp.web.forms import desk as forms
from cdp.web.views import desk as desks
from consent.forms.evidence import given
from consent.rules.evidence import ACCEPT
from customers.models import Customer
from customers.selectors.questions import Question
from customers.services import interactions

TOKEN = "form_token"  # noqa: S105  (the name of a field)
DO = "do"
OWN = frozenset({TOKEN, DO, "csrfmiddlewaretoken", "direction", "how", "question"})
"""Fields that are filled by themselves."""
PROMISE = "promise:"
CARD = "card"


class UnableToAct(Exception):
    """What was asked beside the sheet was not done; `form` says why where there is one."""

    def __init__(self, form: forms.CardForm | None = None) -> None:
        super().__init__("not done")
        self.form = form


Act = Callable[[HttpRequest, Customer, datetime], str]
"""Something that is done beside the sheet; returns the sentence that says so. Raises UnableToAct."""


class Plan(NamedTuple):
    """What a desk has of its own: its template, where one goes when all is saved, which question it asks, what its
    buttons do, and what else its page shows.
    """

    desk: desks.Desk
    template: str
    after: Callable[[Customer], HttpResponse]
    choose: Callable[[HttpRequest, glance.Glance, datetime], Question | None]
    acts: Mapping[str, Act]
    more: Callable[[glance.Glance], dict[str, Any]]


@dataclass
class Page:
    """What is shown: the forms as they were filled in, and the faults of the other parts by the template's names."""

    talk: forms.TalkForm = field(default_factory=forms.TalkForm)
    sale: forms.SaleForm = field(default_factory=forms.SaleForm)
    card: forms.CardForm = field(default_factory=forms.CardForm)
    faults: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    status: HTTPStatus = HTTPStatus.OK
    is_used: bool = False
    had_files: bool = False


def show(request: HttpRequest, customer: uuid.UUID, plan: Plan) -> HttpResponse:
    """The page by GET; by POST what was filled in on it, or what one of its buttons names."""
    row, now = desks.person(customer), timezone.now()
    if request.POST.get(DO):
        given(request)  # what is done beside the sheet keeps no file
        page = _act(request, row, plan, request.POST[DO], now=now)
        if page is None:
            return redirect(plan.desk.person, row.id)
        # Only now: what was done changed what is seen.
        return _drawn(request, glance.of(row, context=plan.desk.context, now=now), plan, page, now=now)
    seen = glance.of(row, context=plan.desk.context, now=now)
    if request.method != "POST":
        return _drawn(request, seen, plan, Page(), now=now)
    page = Page(forms.TalkForm(request.POST), forms.SaleForm(request.POST))
    if CARD in plan.acts and request.POST.get("card_token", "").strip():
        # Terminals and scanners end with Enter, which is the button that saves all.
        asked = _act(request, row, plan, CARD, now=now)
        if asked is None:
            return redirect(plan.desk.person, row.id)
        if asked.status is not HTTPStatus.OK:
            return _drawn(request, seen, plan, asked, now=now)
    try:
        allowed = replace(_allowed(request, seen), files=given(request))
        page.had_files = bool(allowed.files)
        said = _save(request, row, plan, page, allowed, now=now)
    except talks.UnableToSave as unable:
        page.status, page.is_used = HTTPStatus.UNPROCESSABLE_ENTITY, isinstance(unable, _Used)
        _place(page, unable)
        return _drawn(request, seen, plan, page, now=now)
    following = plan.after(row)
    _tell(request, said, row if following["Location"] != request.path else None)
    return following


def _tell(request: HttpRequest, said: Sequence[str], left: Customer | None) -> None:
    """All that was saved in one message, with the way back where the next page is not about this customer."""
    told = " · ".join(said)
    if left is None or not told:
        if told:
            messages.success(request, told)
        return
    page = reverse("customers:customer-detail", args=[left.id])
    messages.success(request, format_html('{} · <a href="{}">{}</a>', told, page, _("Open the customer")))


class _Used(talks.UnableToSave):
    """Something else was saved from this page before; it needs a fresh token."""


def _save(
    request: HttpRequest, row: Customer, plan: Plan, page: Page, said: consents.Said, *, now: datetime
) -> list[str]:
    """Write down what was filled in; the sentences about what was saved. Raises talks.UnableToSave."""
    desk = plan.desk
    try:
        token = receipts.read_token(request.POST.get(TOKEN, ""), desk.context.value, now=now)
    except receipts.Stale as stale:
        words = _("This page stood open for too long. Look over it and save once more.")
        raise talks.UnableToSave({"": {"": words}}) from stale
    # A call was about something; at the counter not every purchase is worth a word.
    has_talk, has_sale = desk is desks.PHONE or not page.talk.is_silent, not page.sale.is_silent
    reads_talk, reads_sale = has_talk and page.talk.is_valid(), has_sale and page.sale.is_valid()
    sheet = talks.Sheet(
        talk=page.talk.told(desk.kind) if reads_talk else None,
        answer=forms.answer(request.POST),
        sale=page.sale.told(sales.number_of(token)) if reads_sale else None,
        said=None if said.is_silent else said,
    )
    is_readable = (has_talk, has_sale) == (reads_talk, reads_sale)
    if sheet.is_empty:
        raise talks.UnableToSave({"": {"": _("Nothing is filled in yet.")}} if is_readable else {})
    try:
        return talks.save(
            customer=row.id,
            sheet=sheet,
            token=token,
            content=talks.content_of(request.POST, leaving=(TOKEN, "csrfmiddlewaretoken")),
            context=desk.context,
            actor=actor_of(request),
            at=now,
            is_readable=is_readable,
        )
    except receipts.Stale as stale:
        words = _("This page was saved before with something else on it. Save once more if this is new.")
        raise _Used({"": {"": words}}) from stale


def _place(page: Page, unable: talks.UnableToSave) -> None:
    """Put the faults where they belong: those of talk and purchase into their forms, the rest where they are drawn."""
    forms_of = {talks.TALK: page.talk, talks.SALE: page.sale}
    names = {talks.ANSWER: "question_faults", talks.CONSENTS: "consent_faults"}
    for part, faults in unable.faults.items():
        form = forms_of.get(part)
        if form is None:
            page.faults[names.get(part, "page_faults")] = faults
            continue
        for name, words in faults.items():
            form.add_error(name if name in form.fields else None, str(words))


def _act(request: HttpRequest, row: Customer, plan: Plan, name: str, *, now: datetime) -> Page | None:
    """Do what a button names; None where nothing was typed that a fresh page would lose."""
    page, head, done = Page(), name.partition(":")[0], ""
    try:
        if name.startswith(PROMISE):
            messages.success(request, _keep_promise(request, row, name.removeprefix(PROMISE), now=now))
        elif head in plan.acts:
            messages.success(request, plan.acts[head](request, row, now))
            done = head
    except UnableToAct as unable:
        page.card, page.status = unable.form or page.card, HTTPStatus.UNPROCESSABLE_ENTITY
    typed = {key: request.POST[key] for key in request.POST if request.POST[key].strip() and key != done}
    if page.status is HTTPStatus.OK and not typed.keys() - OWN - {"card_token"}:
        return None
    # What is not finished yet is shown as it stands and not judged.
    page.talk, page.sale = forms.TalkForm(initial=typed), forms.SaleForm(initial=typed)
    return page


def _keep_promise(request: HttpRequest, row: Customer, text: str, *, now: datetime) -> str:
    try:
        interaction = uuid.UUID(text)
    except ValueError as error:
        raise UnableToAct from error
    interactions.follow_up(customer=row.id, interaction=interaction, actor=actor_of(request), at=now)
    return _("Marked as done")


def _allowed(request: HttpRequest, seen: glance.Glance) -> consents.Said:
    """What was ticked in the boxes for somebody."""
    return consents.Said(
        offered=_boxes(seen),
        granted=request.POST.getlist("yes"),
        refused=request.POST.getlist("no"),
        how=request.POST.get("how", ""),
        language=seen.language,
    )


def _boxes(seen: glance.Glance) -> list[consents.Box]:
    """The consent boxes for somebody, by the ways in which they can be reached."""
    kinds = {contact.kind for contact in seen.contacts}
    return consents.boxes(language=seen.language, kinds=kinds, states=seen.states)


def _drawn(request: HttpRequest, seen: glance.Glance, plan: Plan, page: Page, *, now: datetime) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    wanted = request.POST.get("question")
    chosen = next((one for one in seen.standing.questions if one.key == wanted), None)
    question = chosen or plan.choose(request, seen, now)
    said = _allowed(request, seen)
    context = {
        "desk": plan.desk.context.value,
        "seen": seen,
        "token": _token(request, plan.desk, is_used=page.is_used, now=now),
        "form": page.talk,
        "talk_open": not page.talk.is_silent,
        "sale_form": page.sale,
        "card_form": page.card,
        "card_open": bool(page.card.errors),
        "question": desks.asked(question, seen, get_language() or "en", data) if question else None,
        "boxes": said.offered,
        "said": {*said.granted, *(f"no:{name}" for name in said.refused)},
        "how": said.how,
        "had_files": page.had_files,
        "evidence_accept": ACCEPT,
        "is_wrong": page.status is HTTPStatus.UNPROCESSABLE_ENTITY,
        **page.faults,
        **plan.more(seen),
    }
    return render(request, plan.template, context, status=page.status)


def _token(request: HttpRequest, desk: desks.Desk, *, is_used: bool, now: datetime) -> str:
    """The token of the page: kept while nothing was saved from it, because it also tells when the talk began."""
    text, form = request.POST.get(TOKEN, ""), desk.context.value
    try:
        receipts.read_token(text, form, now=now)
    except receipts.Stale:
        return receipts.new_token(form, now=now)
    return receipts.new_token(form, now=now) if is_used else text
