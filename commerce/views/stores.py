"""The staff page /hooks/: what stores ask of us, what could not be used and why, and how much each of them told."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cdp.core import access, actors, context
from cdp.core.views.access import requires
from commerce.selectors import hooks as reading
from commerce.services.hooks import deliveries, notices


@requires("steward")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Open requests, failures with their reasons, counts by source and topic."""
    asked = reading.open_notices()
    context.show(notice.person_id for notice in asked if notice.person_id)
    return render(
        request,
        "commerce/stores.html",
        {
            "notices": [
                {"notice": notice, "customer": notices.named(notice).get("customer") or {}} for notice in asked
            ],
            "failures": [{"row": row, "reason": reading.reason(row.reason)} for row in reading.failures()],
            "waiting": reading.waiting(),
            "tallies": reading.tallies(),
            "connected": reading.connected(),
            "can_close": access.allows(request.user.role, "consent.manage"),  # type: ignore[union-attr]
        },
    )


@requires("steward")
@require_POST
def replay(request: HttpRequest, delivery_id: uuid.UUID) -> HttpResponse:
    """Try a failed delivery again."""
    try:
        deliveries.replay(delivery=delivery_id, actor=actors.staff(request.user), now=timezone.now())  # type: ignore[arg-type]
    except deliveries.UnableToReplay:
        raise Http404 from None
    messages.success(request, _("It is tried again."))
    return redirect("commerce:stores")


@requires("consent.manage")
@require_POST
def close(request: HttpRequest, notice_id: uuid.UUID) -> HttpResponse:
    """Say that what a store asked for was done."""
    try:
        notices.close(notice=notice_id, actor=actors.staff(request.user), now=timezone.now())  # type: ignore[arg-type]
    except notices.UnableToClose:
        raise Http404 from None
    messages.success(request, _("The request is closed."))
    return redirect("commerce:stores")
