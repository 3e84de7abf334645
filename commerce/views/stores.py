"""The staff page /hooks/: what stores ask of us, what could not be used and why, and how much each of them told."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cdp.core import access, context
from cdp.core.models import SourceSecret
from cdp.core.views.access import actor_of, requires, staff_of
from commerce.hooks.registry import PLATFORMS, STORES
from commerce.models import StoreNotice
from commerce.selectors import hooks as reading
from commerce.services.booking import explaining
from commerce.services.hooks import deliveries, notices
from customers.rules import masking


@requires("steward")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Open requests, failures with their reasons, counts by source and topic."""
    return _page(request)


@requires("steward")
@require_POST
def show(request: HttpRequest, notice_id: uuid.UUID) -> HttpResponse:
    """The page with the one whom a request names in clear; the look is written down first."""
    _do(request, notices.reveal, notice=notice_id)
    return _page(request, shown=notice_id)


def _page(request: HttpRequest, *, shown: uuid.UUID | None = None) -> HttpResponse:
    asked, tokens = reading.open_notices(), reading.tokens()
    failed, tallies = reading.failures(), reading.tallies()
    can_connect = access.allows(staff_of(request).role, "settings")
    context.show(notice.person_id for notice in asked if notice.person_id)
    return render(
        request,
        "commerce/stores.html",
        {
            "notices": [{"notice": notice, **_named(notice, is_shown=notice.id == shown)} for notice in asked],
            "failures": [{"row": row, "reason": reading.reason(row.reason)} for row in failed],
            "waiting": reading.waiting(),
            "tallies": tallies,
            "faults": explaining.told(),
            "left_off": explaining.left_off(),
            "connected": [
                {
                    **_connection(one, has_token=one.source_id in tokens),
                    "state": reading.state(
                        one,
                        rows=[row for row in tallies if row["source__key"] == one.source.key],
                        failed=[row for row in failed if row.source_id == one.source_id],
                    ),
                    "refused": tokens.get(one.source_id, ""),
                }
                for one in reading.connected()
            ],
            "can_connect": can_connect,
            "can_close": access.allows(staff_of(request).role, "consent.manage"),
        },
    )


def _named(notice: StoreNotice, *, is_shown: bool) -> dict[str, Any]:
    """Whom a request names: the address masked unless it was asked for, else the store's own number."""
    customer = notices.named(notice).get("customer") or {}
    email = str(customer.get("email") or "")
    if not email:
        return {"who": str(customer.get("id") or ""), "is_masked": False}
    return {"who": email if is_shown else masking.of("email", email), "is_masked": not is_shown}


def _connection(secret: SourceSecret, *, has_token: bool) -> dict[str, Any]:
    """A source that may send, and what it is."""
    store = STORES.get(secret.vendor)
    return {
        "source": secret.source,
        "icon": store.guide.icon if store else "building-store",
        "vendor": store.name if store else ", ".join(one.name for key, one in STORES.items() if key not in PLATFORMS),
        "lacks_token": secret.vendor in PLATFORMS and not has_token,
    }


@requires("steward")
@require_POST
def replay(request: HttpRequest, delivery_id: uuid.UUID) -> HttpResponse:
    """Try a failed delivery again."""
    _do(request, deliveries.replay, delivery=delivery_id)
    messages.success(request, _("It is tried again."))
    return redirect("commerce:stores")


@requires("consent.manage")
@require_POST
def close(request: HttpRequest, notice_id: uuid.UUID) -> HttpResponse:
    """Say that what a store asked for was done."""
    _do(request, notices.close, notice=notice_id)
    messages.success(request, _("The request is closed."))
    return redirect("commerce:stores")


def _do(request: HttpRequest, what: Callable[..., None], **about: uuid.UUID) -> None:
    """Do it as whoever asks, now; what cannot be done because it is not there, or no longer, is a 404."""
    try:
        what(**about, actor=actor_of(request), now=timezone.now())
    except (notices.UnableToShow, notices.UnableToClose, deliveries.UnableToReplay):
        raise Http404 from None
