"""The till at the counter: what a purchase comes to while it is typed, and goods that come back."""

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import context, receipts
from cdp.core.views.access import actor_of, requires
from cdp.web import formats
from cdp.web.desk import account, origins, returning, sales
from cdp.web.desk.returning import Returned, Wanted
from cdp.web.forms import desk as forms
from cdp.web.views import desk as desks
from commerce.models import Order
from commerce.selectors import orders
from customers.models import Customer
from customers.rules.profiling import Context
from customers.selectors import lineage, profiles
from loyalty.selectors import wallets

PAGE = 20
LINE = "line-"
_FORM = "return"
_OWN = ("csrfmiddlewaretoken", "form_token", "do", "shown")


@requires("customers.edit")
@require_POST
def bill(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """What the purchase comes to that is being typed; nothing is written."""
    row = desks.person(customer)
    context.show([row.id])
    return render(request, "web/desk/bill.html", billed(request, row, timezone.now()))


def billed(request: HttpRequest, row: Customer, now: dt.datetime) -> dict[str, Any]:
    """The purchase in a posted sheet, reckoned: `sold`, or `fault` in words; nothing where nothing is bought."""
    form = forms.SaleForm(request.POST)
    found: dict[str, Any] = {"currency": settings.CDP_CURRENCY, "account": account.of(row.id, at=now)}
    if form.is_silent:
        return found
    if not form.is_valid():
        return found | {"fault": next(str(error) for errors in form.errors.values() for error in errors)}
    sale = form.told(sales.number_of(receipts.Token(uuid.uuid4().hex, now)))
    try:
        sold = sales.try_out(
            customer=row.id, sale=sale, source=origins.source(Context.COUNTER), actor=actor_of(request), at=now
        )
    except sales.UnableToSell as unable:
        found |= {"fault": unable.reason}
        if unable.field == "points" and found["account"]:
            found |= {"most": _most(row, sale, request, now)}
        return found
    most = account.most_points(found["account"], sold.bill.goods - sold.bill.coupon, at=now) if found["account"] else 0
    known = wallets.main()
    points = known.counted(sold.bill.points)
    return found | {"sold": sold, "bill": sold.bill, "most": most, "points_said": points}


def _most(row: Customer, sale: sales.Sale, request: HttpRequest, now: dt.datetime) -> Decimal:
    """How many points fit, where too many were typed."""
    bare = sales.Sale(sale.number, sale.amount, sale.articles, sale.coupon)
    try:
        sold = sales.try_out(
            customer=row.id, sale=bare, source=origins.source(Context.COUNTER), actor=actor_of(request), at=now
        )
    except sales.UnableToSell:
        return Decimal(0)
    known = account.of(row.id, at=now)
    return account.most_points(known, sold.bill.total, at=now) if known else Decimal(0)


# --- goods that come back ---


@requires("customers.edit")
@require_safe
def earlier(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Earlier purchases of somebody, newest first: which of them comes back?"""
    row = desks.person(customer)
    before = _moment(request.GET.get("before", ""))
    found = orders.of_customer(lineage.of(row.id), before=before, limit=PAGE + 1)
    shown = orders.detailed([order for order in found[:PAGE] if order.is_counted or order.amount])
    return render(
        request,
        "web/desk/earlier.html",
        {
            **_person(row),
            "purchases": [
                {"order": one.order, "lines": one.lines[:4], "more": max(0, len(one.lines) - 4), "back": one.refunds}
                for one in shown
            ],
            "next": found[PAGE - 1].placed_at.isoformat() if len(found) > PAGE else "",
            "is_first": before is None,
        },
    )


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, customer: uuid.UUID, order: uuid.UUID) -> HttpResponse:
    """One earlier purchase: choose what comes back, see what that does, do it."""
    row, now = desks.person(customer), timezone.now()
    found = Order.objects.filter(customer_id__in=lineage.of(row.id), id=order).first()
    if found is None:
        raise Http404
    before = returning.purchase(found)
    page: dict[str, Any] = {**_person(row), "purchase": before, "token": receipts.new_token(_FORM, now=now)}
    if request.method != "POST":
        return render(request, "web/desk/return.html", page | {"counts": _counts(before, {})})
    return _taken(request, row, found, page, now)


def _taken(request: HttpRequest, row: Customer, order: Order, page: dict[str, Any], now: dt.datetime) -> HttpResponse:
    text = request.POST.get("form_token", "")
    source, actor = origins.source(Context.COUNTER), actor_of(request)
    status = 200
    try:
        token = receipts.read_token(text, _FORM, now=now)
    except receipts.Stale:
        token = receipts.read_token(page["token"], _FORM, now=now)
    else:
        page["token"] = text
    try:
        wanted = _wanted(request, page["purchase"], token)
        if request.POST.get("do") != "save":
            page["returned"] = returning.try_out(order=order, wanted=wanted, source=source, actor=actor, at=now)
        else:
            shown = request.POST.get("shown", "")
            content = sorted((name, request.POST.getlist(name)) for name in request.POST if name not in _OWN)
            claim = receipts.claim_of(_FORM, token, [str(order.id), token.name, content])
            with transaction.atomic():
                known = receipts.begin(claim, now=now)
                if known is None:
                    done = returning.take(order=order, wanted=wanted, source=source, actor=actor, at=now, shown=shown)
                    told = said(done)
                    receipts.finish(claim, {"told": told})
                else:
                    told = known.answer.get("told", "")
            messages.success(request, told)
            return redirect("web:counter-person", row.id)
    except returning.UnableToReturn as unable:
        page |= {"fault": unable.reason, "fault_field": unable.field}
        status = 422
    except returning.Different as different:
        page |= {"returned": different.instead, "is_other": True}
        status = 409
    except receipts.Stale:
        page |= {
            "fault": _("Something else was saved from this page before."),
            "token": receipts.new_token(_FORM, now=now),
        }
        status = 422
    is_whole = request.POST.get("do") == "whole"
    chosen = (
        {f"{LINE}{place.line.id}": place.quantity for place in page["purchase"].places} if is_whole else request.POST
    )
    page["counts"] = _counts(page["purchase"], chosen)
    page["amount"] = page["purchase"].left if is_whole else request.POST.get("amount", "")
    page["reason"] = request.POST.get("reason", "")
    template = "web/desk/outcome.html" if request.headers.get("HX-Request") else "web/desk/return.html"
    return render(request, template, page, status=status)


def _counts(before: returning.Purchase, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines with what was chosen of each."""
    return [
        {"place": place, "field": f"{LINE}{place.line.id}", "chosen": data.get(f"{LINE}{place.line.id}", "0")}
        for place in before.places
    ]


def _wanted(request: HttpRequest, before: returning.Purchase, token: receipts.Token) -> Wanted:
    """What was chosen. Raises UnableToReturn."""
    number = "R" + sales.number_of(token).removeprefix("C")
    reason = request.POST.get("reason", "").strip()[:300]
    if request.POST.get("do") == "whole":
        if before.is_listed:
            return Wanted(number, {place.line.id: place.left for place in before.places}, reason=reason)
        return Wanted(number, amount=before.left, reason=reason)
    if not before.is_listed:
        return Wanted(number, amount=_amount(request.POST.get("amount", "")), reason=reason)
    pieces = {}
    for place in before.places:
        typed = request.POST.get(f"{LINE}{place.line.id}", "").strip()
        if typed:
            pieces[place.line.id] = _number(typed, f"{LINE}{place.line.id}")
    return Wanted(number, pieces, reason=reason)


def _amount(typed: str) -> Decimal | None:
    if not typed.strip():
        return None
    field = forms.SaleForm({"amount": typed})
    if not field.is_valid():
        raise returning.UnableToReturn(str(next(iter(field.errors["amount"]))), "amount")
    found: Decimal | None = field.cleaned_data["amount"]
    return found


def _number(typed: str, field: str) -> Decimal:
    try:
        found = Decimal(typed)
    except InvalidOperation as error:
        raise returning.UnableToReturn(_("Enter a number."), field) from error
    if not found.is_finite() or abs(found) > 10**9:
        raise returning.UnableToReturn(_("Enter a number."), field)
    return found


def said(done: Returned) -> str:
    """What became of it, in one sentence."""
    parts = [_("%(cash)s to pay out") % {"cash": formats.money(done.cash, done.currency)}]
    parts += [_("%(much)s given back") % {"much": one.wallet.counted(one.amount)} for one in done.back]
    parts += [
        _("%(much)s taken back, now %(now)s")
        % {
            "much": one.wallet.counted(one.amount),
            "now": one.wallet.amount(done.effect.available.get(one.wallet.key, Decimal(0))),
        }
        for one in done.effect.taken
    ]
    parts += [_("%(reward)s stays: it has been used") % {"reward": name} for name in done.used]
    return _("Taken back: %(what)s") % {"what": " · ".join(parts)}


def _person(row: Customer) -> dict[str, Any]:
    seen = profiles.one(row)
    assert seen is not None, "the row is there"  # noqa: S101
    return {"profile": seen, "here": reverse("web:counter-person", args=[row.id])}


def _moment(text: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if timezone.is_aware(found) else None
