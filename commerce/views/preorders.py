"""The staff page of pre-orders: who waits for what, and moving them on until they are handed over."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import actor_of, requires, staff_of
from commerce.models import PreOrder
from commerce.selectors import preorders as reading
from commerce.services import preorders
from customers.rules import masking


@requires("customers.view")
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """`/preorders/`: those nobody has answered first; by POST what the search finds."""
    query = request.POST.get("q", "").strip()[:200].replace("\x00", "")
    state = request.GET.get("state", "")
    if state not in {"", *PreOrder.State.values}:
        raise Http404
    in_full = staff_of(request).can("customers.reveal")
    page = reading.search(query, in_full=in_full) if query else reading.listed(state=state, older_than=_older(request))
    return render(
        request,
        "commerce/preorders.html",
        {
            "rows": [{"one": one, "actions": _actions(one), **_private(one, in_full=in_full)} for one in page.rows],
            "is_cut": page.is_cut,
            "query": query,
            "state": state,
            "states": [
                {"url": f"?state={code}" if code else "?", "label": label, "active": code == state and not query}
                for code, label in [("", _("All")), *PreOrder.State.choices]
            ],
            "older_url": f"?state={state}&older={page.older}" if page.older else "",
            "is_deep": "older" in request.GET,
            "waiting": reading.waiting(),
            "may_edit": staff_of(request).can("customers.edit"),
            "here": request.get_full_path(),
        },
    )


@requires("customers.edit")
@require_http_methods(["POST"])
def move(request: HttpRequest, preorder: uuid.UUID) -> HttpResponse:
    """Give one its next state and go back to where one was."""
    state = request.POST.get("state", "")
    try:
        row = preorders.move(
            preorder=preorder,
            state=state,
            actor=actor_of(request),
            now=timezone.now(),
        )
    except preorders.UnableToMove as error:
        messages.error(request, str(error.reason))
    else:
        told = {"number": row.number, "state": row.get_state_display()}
        messages.success(request, _("Pre-order %(number)s: %(state)s") % told)
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return redirect(back)
    return redirect("commerce:preorder-list")


def _private(one: reading.Shown, *, in_full: bool) -> dict[str, str]:
    """What the person wrote for the way to them; who may not see contacts sees only that there is something."""
    told = {"address": one.address, "note": one.note}
    return told if in_full else {name: masking.text(value) for name, value in told.items()}


def _actions(one: reading.Shown) -> list[dict[str, str]]:
    """What may be done next: the way on first, giving up last."""
    labels = {
        "confirmed": _("Confirm"),
        "ready": _("Is ready"),
        "collected": _("Hand over"),
        "cancelled": _("Cancel"),
        "waiting": _("Take up again"),
    }
    if one.row.state == PreOrder.State.COLLECTED:
        labels["ready"] = _("Not handed over yet")
    return [{"state": state, "label": labels[state]} for state in one.next_states]


def _older(request: HttpRequest) -> uuid.UUID | None:
    text = request.GET.get("older", "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error
