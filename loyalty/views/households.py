"""`/loyalty/members/{id}/household/`: with whom somebody shares, who joins them, and ending it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import actor_of, requires
from customers.models import Customer
from customers.selectors import profiles
from loyalty.forms.households import JoinForm
from loyalty.models import Seat
from loyalty.rules.households import WORDS, Refused, agreed
from loyalty.selectors import accounts, members, purses, wallets
from loyalty.selectors import households as reading
from loyalty.services import households
from loyalty.views import frame
from loyalty.views.member import found


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def household(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """GET tells; POST lets somebody join (`act=join`), or this one leave (`act=leave`)."""
    row = found(request, customer, "loyalty:household")
    if isinstance(row, HttpResponse):
        return row
    member = members.of([row.id]).get(row.id)
    if member is None or member.left_at is not None:
        return redirect("loyalty:member", row.id)
    if request.POST.get("act") == "leave":
        return _left(request, row)
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _joined(request, row, form):
        return redirect("loyalty:household", row.id)
    now, known = timezone.now(), wallets.every()
    others = reading.others(row.id)
    limit = reading.limit(now)
    context = {
        **frame.context(request, "members"),
        "profile": profiles.one(row.id),
        "customer_id": row.id,
        "others": [profile for mate in others if (profile := profiles.one(mate))],
        "has": [
            {"all": known[one.wallet.key].counted(one.balance), "own": known[one.wallet.key].counted(mine.balance)}
            for one, mine in zip(accounts.standings(row.id, at=now), accounts.own(row.id, at=now), strict=True)
            if others and one.balance and not one.wallet.currency
        ],
        "words": WORDS,
        "form": form,
        "limit": limit,
        "has_place": len(others) + 1 < limit,
        "before": [one for one in reading.seats(purses.persons([row.id])[row.id]) if one.until][:10],
    }
    return render(request, "loyalty/members/household.html", context, status=422 if form.errors else 200)


def _joined(request: HttpRequest, row: Customer, form: JoinForm) -> bool:
    try:
        households.join(
            customer=row.id,
            joins=form.cleaned_data["who"],
            how=Seat.How.STAFF,
            agreed=agreed(),
            actor=actor_of(request),
            now=timezone.now(),
        )
    except Refused as refused:
        form.refuse(refused.reason)
        return False
    messages.success(request, _("They share from now on"))
    return True


def _left(request: HttpRequest, row: Customer) -> HttpResponse:
    if households.leave(customer=row.id, why=Seat.Why.STAFF, actor=actor_of(request), now=timezone.now()):
        messages.success(request, _("They share no more; each keeps what is left of their own"))
    return redirect("loyalty:household", row.id)
