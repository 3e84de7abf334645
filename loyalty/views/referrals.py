"""`/loyalty/referrals/`: who was brought by whom; what is doubted waits here for a decision."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import pages
from cdp.core.views.access import actor_of, requires, staff_of
from loyalty.models import Referral
from loyalty.selectors import referrals as reading
from loyalty.services import referring
from loyalty.views import frame

MOST_HELD = 100


@requires("customers.view")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Those that wait for a decision first; then the others, newest first."""
    user = staff_of(request)
    in_full = user.can("customers.reveal")
    held = list(Referral.objects.filter(state=Referral.State.HELD).order_by("-id")[:MOST_HELD])
    others = Referral.objects.exclude(state=Referral.State.HELD)
    page = pages.page(others, older_than=_place(request, "older"), newer_than=_place(request, "newer"))
    context = {
        **frame.context(request, "referrals"),
        "held": reading.shown(held, in_full=in_full),
        "others": reading.shown(page.rows, in_full=in_full),
        "newer_url": f"?newer={page.rows[0].id}" if page.has_newer and page.rows else "",
        "older_url": f"?older={page.rows[-1].id}" if page.has_older and page.rows else "",
        "may_decide": user.can("steward"),
    }
    return render(request, "loyalty/referrals.html", context)


def _place(request: HttpRequest, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get(name, ""))
    except ValueError:
        return None


@requires("steward")
@require_http_methods(["POST"])
def decide(request: HttpRequest, referral: uuid.UUID) -> HttpResponse:
    """Accept or refuse one that is doubted."""
    row = Referral.objects.filter(id=referral).first()
    if row is None:
        raise Http404
    accepts = request.POST.get("act") == "accept"
    try:
        referring.decide(referral=row, accepts=accepts, actor=actor_of(request), now=timezone.now())
    except referring.UnableToDecide:
        messages.error(request, _("Somebody has decided this already."))
    else:
        messages.success(request, _("It counts with the first purchase") if accepts else _("Refused"))
    return redirect("loyalty:referrals")
