"""The staff pages of warranty cards: found by serial number or person when something breaks, claimed, closed.

What is typed into the search is a serial number, a name or a phone number: it travels in the body, never in an address.
"""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import actor_of, requires, staff_of
from commerce.models import Warranty
from commerce.selectors import orders
from commerce.selectors import warranties as reading
from commerce.services import warranties as services


@requires("customers.view")
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """`/warranties/`: the newest cards, or those of one state; by POST what the search finds."""
    today = timezone.localdate()
    query = request.POST.get("q", "").strip()[:200].replace("\x00", "")
    state = request.GET.get("state", "")
    if state not in {"", *Warranty.State.values}:
        raise Http404
    if query:
        in_full = staff_of(request).can("customers.reveal")
        page = reading.search(query, today=today, in_full=in_full)
    else:
        page = reading.listed(state=state, older_than=_older(request), today=today)
    older = f"?state={state}&older={page.older}" if page.older else ""
    states = [("", _("All")), *Warranty.State.choices]
    return render(
        request,
        "commerce/warranties.html",
        {
            "page": page,
            "query": query,
            "state": state,
            "states": [
                {"url": f"?state={code}" if code else "?", "label": label, "active": code == state and not query}
                for code, label in states
            ],
            "older_url": older,
            "is_deep": "older" in request.GET,
        },
    )


@requires("customers.view")
@require_http_methods(["GET", "HEAD"])
def detail(request: HttpRequest, warranty: uuid.UUID) -> HttpResponse:
    """`/warranties/{id}/`: one card with its claims."""
    return _page(request, _card(warranty))


@requires("customers.edit")
@require_http_methods(["POST"])
def claim(request: HttpRequest, warranty: uuid.UUID) -> HttpResponse:
    """Open a claim."""
    card, text = _card(warranty), request.POST.get("text", "")
    try:
        services.claim(warranty=card.id, text=text, actor=actor_of(request), now=timezone.now())
    except services.UnableToChange as error:
        return _page(request, card, error=str(error.reason), text=text, status=422)
    messages.success(request, _("The claim is open."))
    return redirect("commerce:warranty-detail", card.id)


@requires("customers.edit")
@require_http_methods(["POST"])
def close(request: HttpRequest, warranty: uuid.UUID) -> HttpResponse:
    """Close the open claims of a card."""
    card, text = _card(warranty), request.POST.get("text", "")
    try:
        services.close(warranty=card.id, outcome=text, actor=actor_of(request), now=timezone.now())
    except services.UnableToChange as error:
        return _page(request, card, error=str(error.reason), text=text, status=422)
    messages.success(request, _("The claim is closed."))
    return redirect("commerce:warranty-detail", card.id)


def _page(request: HttpRequest, card: Warranty, *, status: int = 200, **extra: Any) -> HttpResponse:
    today = timezone.localdate()
    (shown,) = reading.opened([card], today=today)
    order = orders.find(card.order_id) if card.order_id else None
    claims = reading.claims_of(card)
    return render(
        request,
        "commerce/warranty.html",
        {
            "card": shown,
            "order": order,
            "claims": claims,
            "is_open": any(one.row.closed_at is None for one in claims),
            "twins": reading.same_serial(card, today=today),
            "may_edit": staff_of(request).can("customers.edit"),
            "reveals": staff_of(request).can("customers.reveal"),
            **extra,
        },
        status=status,
    )


def _card(warranty: uuid.UUID) -> Warranty:
    card = reading.find(warranty)
    if card is None:
        raise Http404
    return card


def _older(request: HttpRequest) -> uuid.UUID | None:
    text = request.GET.get("older", "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error
