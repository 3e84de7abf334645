"""`/loyalty/personal/`: offers of somebody's own: what they give, for whom there is one now, and issuing them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from cdp.core import audiences
from cdp.core.views.access import actor_of, requires, staff_of
from customers.selectors import profiles
from loyalty.forms.personal import GivesForm, IssueForm
from loyalty.models import Offer
from loyalty.rules.personal import Period
from loyalty.selectors import benefits, reasons
from loyalty.services import offers, personal
from loyalty.views import frame

KINDS = (Offer.Why.FAVOURITE, Offer.Why.WISHED, Offer.Why.BIRTHDAY)
TITLE = gettext_noop("Giving personal offers")


@requires("dashboard")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """All three; by POST one is changed, looked at or issued (`do`), named by `kind`."""
    may_edit = staff_of(request).can("loyalty.edit")
    context: dict[str, Any] = {**frame.context(request, "personal"), "may_edit": may_edit}
    status = 200
    rows = {kind: _row(kind) for kind in KINDS}
    if request.method == "POST":
        if not may_edit:
            raise PermissionDenied
        row = rows.get(next((kind for kind in KINDS if kind == request.POST.get("kind")), Offer.Why.HAND))
        if row is None:
            raise Http404
        if _done(request, row):
            return redirect("loyalty:personal")
        status = 422 if row["gives"].errors or row["issue"].errors else 200
    return render(request, "loyalty/personal.html", context | {"rows": list(rows.values())}, status=status)


def _row(kind: Offer.Why) -> dict[str, Any]:
    offer = Offer.objects.filter(why=kind).order_by("key").first()
    prefix = kind.value
    return {
        "kind": kind,
        "offer": offer,
        "words": benefits.words(offer.gives) if offer else "",
        "gives": GivesForm(offer=offer, prefix=prefix),
        "issue": IssueForm(prefix=prefix),
        "is_daily": kind == Offer.Why.BIRTHDAY,
    }


def _done(request: HttpRequest, row: dict[str, Any]) -> bool:
    """Whether what was asked is done; else the row shows what there is to see or to mend."""
    kind, offer = row["kind"], row["offer"]
    if request.POST.get("do") == "save":
        row["gives"] = form = GivesForm(request.POST, offer=offer, prefix=kind.value)
        if not form.is_valid():
            return False
        offers.keep(
            why=kind,
            benefit=form.benefit,
            valid_days=form.cleaned_data["valid_days"],
            is_on=form.cleaned_data["is_on"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        messages.success(request, _("Saved. Coupons that are out keep what they were promised."))
        return True
    row["issue"] = chosen = IssueForm(request.POST, prefix=kind.value)
    if not chosen.is_valid() or offer is None or row["is_daily"]:
        return False
    told = {"offer": offer, "segment": chosen.cleaned_data["segment"], "period": Period(chosen.cleaned_data["period"])}
    if request.POST.get("do") == "issue" and offer.is_on:
        personal.begin(**told, actor=actor_of(request), title=TITLE)
        messages.success(request, _("They are being given in the background; who has one gets no other."))
        return True
    try:
        found = personal.preview(**told, now=timezone.now())
    except audiences.UnknownAudience:
        chosen.add_error("segment", _("There is no such segment any more."))
        return False
    names = reasons.names({"sku": article.sku} for _customer, article in found.examples)
    people = profiles.opened([customer for customer, _article in found.examples])
    row["preview"] = {
        "count": found.count,
        "examples": [
            {
                "person": people.get(customer),
                "article": names.get(article.sku) or article.sku,
                "orders": article.orders,
                "wished_at": article.wished_at,
            }
            for customer, article in found.examples
        ],
    }
    return False
