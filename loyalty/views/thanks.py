"""`/loyalty/thanks/`: staff thank somebody for a useful suggestion, once for each."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core import context
from cdp.core.views.access import requires, staff_of
from customers.selectors import lineage, profiles, staff
from customers.services import buckets
from loyalty.forms.thanks import ThanksForm
from loyalty.models import Adjustment, Member, WalletType
from loyalty.rules.programme import MAIN
from loyalty.rules.spending import Refused
from loyalty.selectors import allowances, thanks, versions, wallets
from loyalty.selectors.thanks import Thing
from loyalty.services import thanking
from loyalty.views import frame
from loyalty.views.member import found

KIND = WalletType.Kind


@requires("loyalty.adjust")
@require_http_methods(["GET", "HEAD", "POST"])
def thank(request: HttpRequest, where: str, customer: uuid.UUID, thing: uuid.UUID | None = None) -> HttpResponse:
    """Thank one customer for one thing; without `thing` for what they said."""
    if (thing is None) != (where == thanks.WORD):
        raise Http404
    if thing is None:
        row = found(request, customer, "loyalty:thanks-word")
        if isinstance(row, HttpResponse):
            return row
        customer = row.id
    form = _form(request, customer)
    named = thing or (form.cleaned_data.get("reference") if form.is_bound and form.is_valid() else None)
    about = thanks.find(where, customer, named or uuid.uuid4())
    if about is None or about.customer in buckets.ALL:
        raise Http404
    context.show([about.customer])
    before = thanks.thanked(about) if thing else None
    if request.method == "POST" and form.is_valid() and before is None:
        try:
            _give(request, form, about)
        except thanking.AlreadyThanked as error:
            before = error.before
        except Refused as error:
            form.add_error("amount", error.words)
        except lineage.Erased:
            return render(request, "customers/erased.html", status=410)
        else:
            return redirect(_back(about))
    names = staff.names([before.by]) if before else {}
    points = wallets.main()
    page: dict[str, Any] = {
        **frame.context(request, "members"),
        "profile": profiles.one(about.customer),
        "customer_id": about.customer,
        "form": form,
        "where": thanks.NAMES[where],
        "before": before,
        "by": (names.get(str(before.by)) or _("a former colleague")) if before else "",
        "left": points.counted(allowances.left(staff_of(request), MAIN, at=timezone.now())),
        "has_ways": bool(form.fields["what"].choices),  # type: ignore[attr-defined]
        "back": _back(about),
    }
    return render(request, "loyalty/thanks.html", page, status=409 if before and request.method == "POST" else 200)


def _form(request: HttpRequest, customer: uuid.UUID) -> ThanksForm:
    """With the wallets that a member can be given of, and the coupons that are given by hand to anybody."""
    who = lineage.standing([customer]).get(customer, customer)
    is_member = Member.objects.filter(customer_id=who, left_at=None).exists()
    known = [one for one in wallets.every().values() if one.kind in {KIND.POINTS, KIND.CREDIT}]
    may_give = is_member and versions.in_force(timezone.now()) is not None
    return ThanksForm(request.POST or None, known=known if may_give else [], offers=thanks.offers())


def _give(request: HttpRequest, form: ThanksForm, about: Thing) -> None:
    told, user, now = form.cleaned_data, staff_of(request), timezone.now()
    if form.offer:
        offer = next(one for one in thanks.offers() if one.key == form.offer)
        thanking.with_coupon(about, offer=offer, words=told["words"], user=user, now=now)
        messages.success(request, _("Thanked with a coupon"))
        return
    done = thanking.with_points(
        about, wallet=told["what"], amount=told["amount"], words=told["words"], user=user, now=now
    )
    if isinstance(done, Adjustment):
        messages.info(request, _("This is more than one person may decide. A colleague was asked to approve it."))
    else:
        messages.success(request, _("Thanked"))


def _back(about: Thing) -> str:
    if about.kind in {"review", "ticket"}:
        return reverse(f"voice:{about.kind}", args=[about.customer, about.id])
    return reverse("customers:customer-detail", args=[about.customer])
