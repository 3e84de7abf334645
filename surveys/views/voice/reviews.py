"""`/voice/`: reviews in the order they came in, and what is still to be answered."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from cdp.core import sources
from cdp.core.views.access import actor_of, requires, staff_of
from customers.selectors import lineage, profiles, staff
from customers.services import buckets
from surveys.forms import voice_reviews as forms
from surveys.models import Review, Sentiment
from surveys.selectors import review_queue
from surveys.selectors.texts import readings
from surveys.selectors.tickets import queue as tickets
from surveys.services import review_answering
from surveys.views.voice import frame

NAMES = ("state", "stars", "sku", "sentiment")


@requires("customers.view")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """A page of the queue."""
    given = {name: value for name in NAMES if (value := request.GET.get(name, "").replace("\x00", "").strip()[:120])}
    if given.get("sentiment", "") not in Sentiment.values:
        given.pop("sentiment", None)
    filters = review_queue.Filters(**given)
    page = review_queue.page(filters, older_than=_id(request, "older"), newer_than=_id(request, "newer"))
    number, is_exact = review_queue.count(filters)
    context = {
        **frame.context(request, "reviews"),
        "rows": _rows(page.rows),
        "rated": review_queue.stars(filters),
        "number": number,
        "is_exact": is_exact,
        "is_filtered": bool(given),
        "has_any": bool(page.rows) or review_queue.any_at_all(),
        "chips": _chips(given),
        "states": _states(given),
        "kept_state": given.get("state", ""),
        "filters_form": forms.FiltersForm(given),
        "newer_url": _link(given, "newer", page.rows[0]) if page.rows and page.has_newer else "",
        "older_url": _link(given, "older", page.rows[-1]) if page.rows and page.has_older else "",
        "may_import": staff_of(request).can("imports"),
    }
    return render(request, "voice/reviews.html", context)


@requires("customers.view")
@require_safe
def detail(request: HttpRequest, customer: uuid.UUID, review: uuid.UUID) -> HttpResponse:
    """One review with what was answered."""
    row = _found(customer, review)
    user = staff_of(request)
    is_nobodys = row.customer_id in buckets.ALL
    (read,) = review_queue.opened([row])
    names = staff.names([row.replied_by, row.settled_by])
    context = {
        "review": row,
        "read": read,
        "is_nobodys": is_nobodys,
        "person": None if is_nobodys else profiles.one(row.customer_id),
        "reply": review_queue.reply(row),
        "answered_by": names.get(str(row.replied_by), ""),
        "settled_by": names.get(str(row.settled_by), ""),
        "source": sources.name_in(sources.names(), row.source),
        "tickets": tickets.about("review", row.customer_id, row.id),
        "may_answer": user.can("voice.edit"),
        "longest": review_answering.LONGEST,
        "may_thank": user.can("loyalty.adjust"),
    }
    return render(request, "voice/review.html", context)


@requires("voice.edit")
@require_POST
def act(request: HttpRequest, customer: uuid.UUID, review: uuid.UUID, action: str) -> HttpResponse:
    """Answer a review, or say that nothing has to be done."""
    if action not in {"answer", "settle", "unsettle"}:
        raise Http404
    row = _found(customer, review)
    about: dict[str, Any] = {
        "customer": row.customer_id,
        "review": row.id,
        "actor": actor_of(request),
        "at": timezone.now(),
    }
    try:
        if action == "answer":
            review_answering.answer(words=request.POST.get("words", ""), **about)
            messages.success(request, _("Reply kept"))
        else:
            {"settle": review_answering.settle, "unsettle": review_answering.unsettle}[action](**about)
            messages.success(request, _("Saved"))
    except review_answering.UnableToAnswer as problem:
        messages.error(request, str(problem.reason))
    return redirect("voice:review", row.customer_id, row.id)


def _found(customer: uuid.UUID, review: uuid.UUID) -> Review:
    """The review of an address; who was merged since is looked for where they are now."""
    who = lineage.standing([customer]).get(customer, customer)
    row = review_queue.find(who, review) or review_queue.find(customer, review)
    if row is None:
        raise Http404
    return row


def _rows(rows: Any) -> list[dict[str, Any]]:
    known = [row.customer_id for row in rows if row.customer_id not in buckets.IDS]
    people = profiles.opened(known, with_places=False)
    named = sources.names()
    felt = readings.of("review", [row.id for row in rows])
    return [
        {
            "review": row,
            "read": read,
            "felt": felt.get(row.id),
            "person": people.get(row.customer_id),
            "source": sources.name_in(named, row.source),
        }
        for row, read in zip(rows, review_queue.opened(rows), strict=True)
    ]


def _states(given: dict[str, str]) -> list[dict[str, Any]]:
    others = {name: value for name, value in given.items() if name != "state"}
    choices = [("", pgettext("reviews", "All")), *forms.STATES.items()]
    return [
        {
            "url": "?" + urlencode({**others, **({"state": code} if code else {})}),
            "label": label,
            "active": code == given.get("state", ""),
        }
        for code, label in choices
    ]


def _chips(given: dict[str, str]) -> list[dict[str, str]]:
    return [
        {
            "label": str(label),
            "value": str(value),
            "remove_url": "?" + urlencode({other: given[other] for other in given if other != name}),
        }
        for name, (label, value) in forms.named(given).items()
    ]


def _link(given: dict[str, str], name: str, row: Review) -> str:
    return "?" + urlencode({**given, name: row.id})


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    text = request.GET.get(name, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error
