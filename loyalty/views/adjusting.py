"""The doors of a member's page: giving and taking points by hand, and what waits for a second person."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import pages
from cdp.core.views.access import requires, staff_of
from customers.selectors import lineage, profiles, staff
from loyalty.forms.adjusting import AdjustForm, WordsForm
from loyalty.models import Adjustment
from loyalty.rules.adjusting import Why
from loyalty.rules.programme import MAIN
from loyalty.rules.spending import Refused
from loyalty.selectors import adjustments, allowances, wallets
from loyalty.selectors.acts_told import MINUS
from loyalty.services import adjusting
from loyalty.services.adjusting import UnableToDecide
from loyalty.views import frame
from loyalty.views.member import found

SHOWN = 30


@requires("loyalty.adjust")
@require_http_methods(["GET", "HEAD", "POST"])
def adjust(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Give or take points of one member."""
    row = found(request, customer, "loyalty:adjust")
    if isinstance(row, HttpResponse):
        return row
    known = list(wallets.every().values())
    if not known:
        raise Http404
    user, now = staff_of(request), timezone.now()
    form = AdjustForm(request.POST or None, known=known)
    if request.method == "POST" and form.is_valid():
        try:
            done = adjusting.adjust(
                customer=row.id,
                wallet=form.cleaned_data["wallet"],
                amount=form.signed,
                why=Why(form.cleaned_data["reason"]),
                words=form.cleaned_data["words"],
                user=user,
                now=now,
                reference=form.cleaned_data["reference"],
            )
        except Refused as error:
            form.add_error("amount", error.words)
        except lineage.Erased:
            return render(request, "customers/erased.html", status=410)
        else:
            _say(request, done)
            return redirect("loyalty:member", row.id)
    context = {
        **frame.context(request, "members"),
        "profile": profiles.one(row.id),
        "customer_id": row.id,
        "form": form,
        "left": wallets.main().counted(allowances.left(user, MAIN, at=now)),
    }
    return render(request, "loyalty/members/adjust.html", context)


def _say(request: HttpRequest, done: Any) -> None:
    if isinstance(done, Adjustment):
        messages.info(request, _("This is more than one person may decide. A colleague was asked to approve it."))
    else:
        messages.success(request, _("It is booked"))


@requires("loyalty.adjust")
@require_http_methods(["GET", "HEAD", "POST"])
def reverse(request: HttpRequest, customer: uuid.UUID, act: uuid.UUID) -> HttpResponse:
    """Take an adjustment back."""
    row = found(request, customer, "loyalty:member")
    if isinstance(row, HttpResponse):
        return row
    form = WordsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = adjusting.reverse(
                customer=row.id,
                act=act,
                words=form.cleaned_data["words"],
                user=staff_of(request),
                now=timezone.now(),
            )
        except Refused as error:
            form.add_error(None, error.words)
        except lineage.Erased:
            return render(request, "customers/erased.html", status=410)
        else:
            _say(request, done)
            return redirect("loyalty:member", row.id)
    context = {
        **frame.context(request, "members"),
        "profile": profiles.one(row.id),
        "customer_id": row.id,
        "form": form,
    }
    return render(request, "loyalty/members/reverse.html", context)


@requires("loyalty.adjust")
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """`/loyalty/adjustments/`: what waits for a second person, and what was decided last."""
    user = staff_of(request)
    page = pages.page(
        adjustments.every().exclude(state=Adjustment.State.WAITING),
        older_than=_id(request, "older"),
        newer_than=_id(request, "newer"),
        size=SHOWN,
    )
    open_ones = adjustments.waiting(pages.SIZE)
    rows = [*open_ones, *page.rows]
    people = profiles.opened([row.customer_id for row in rows], with_places=False)
    names = staff.names(one for row in rows for one in (row.asked_by, row.decided_by))
    known, keyring = wallets.every(), adjusting.keyring_of(rows)

    def told(row: Adjustment) -> dict[str, Any]:
        wallet = known.get(row.wallet) or wallets.unknown(row.wallet)
        sign = "+" if row.amount > 0 else MINUS
        return {
            "row": row,
            "person": people.get(row.customer_id),
            "amount": sign + wallet.counted(abs(row.amount)),
            "words": adjusting.words_of(row, keyring=keyring),
            "answer": adjusting.words_of(row, "answer", keyring=keyring),
            "asker": names.get(str(row.asked_by)) or _("a former colleague"),
            "decider": names.get(str(row.decided_by)) or _("a former colleague") if row.decided_by else "",
            "may_decide": user.can("loyalty.approve") and row.asked_by != user.id,
            "is_own": row.asked_by == user.id,
        }

    context = {
        **frame.context(request, "members"),
        "waiting": [told(row) for row in open_ones],
        "decided": [told(row) for row in page.rows],
        "newer_url": f"?newer={page.rows[0].id}" if page.rows and page.has_newer else "",
        "older_url": f"?older={page.rows[-1].id}" if page.rows and page.has_older else "",
        "reveals": user.can("customers.reveal"),
    }
    return render(request, "loyalty/members/adjustments.html", context)


@requires("loyalty.adjust")
@require_POST
def decide(request: HttpRequest, adjustment: uuid.UUID) -> HttpResponse:
    """Approve, refuse or withdraw what waits."""
    user, now, what = staff_of(request), timezone.now(), request.POST.get("what", "")
    try:
        if what == "withdraw":
            adjusting.withdraw(adjustment, user=user, now=now)
            messages.success(request, _("It was withdrawn"))
        elif what == "approve":
            adjusting.approve(adjustment, user=user, now=now)
            messages.success(request, _("Approved and booked"))
        elif what == "refuse":
            words = WordsForm(request.POST)
            if not words.is_valid():
                messages.error(request, _("Say in a few words why; who asked reads it."))
                return redirect("loyalty:adjustments")
            adjusting.refuse(adjustment, words=words.cleaned_data["words"], user=user, now=now)
            messages.success(request, _("Refused; nothing was booked"))
        else:
            raise Http404
    except UnableToDecide as error:
        messages.error(request, _reason(error))
    except Refused as error:
        messages.error(request, error.words)
    except lineage.Erased:
        messages.error(request, _("This customer was erased; there is nothing to book."))
    return redirect("loyalty:adjustments")


def _reason(error: UnableToDecide) -> str:
    return {
        "decided": _("This does not wait any more."),
        "own": _("You asked for this yourself; somebody else decides it."),
        "gone": _("Who asked may not adjust any more; refuse it."),
        "role": _("Your role may not decide this."),
    }[error.reason]


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    text = request.GET.get(name, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error
