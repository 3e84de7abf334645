"""`/voice/comments/accounts/`: which accounts are the shop's own, and how what people write comes here."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cdp.core.views.access import actor_of, requires, staff_of
from commerce.selectors import hooks
from customers.rules import handles
from customers.rules.unreadable import Unreadable
from surveys.forms.own_accounts import AccountForm
from surveys.models import OwnAccount, SocialAct
from surveys.selectors.social import story
from surveys.services.social import own
from surveys.views.voice import frame

LINE = "line"


@requires("steward")
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """The accounts; a POST keeps one."""
    form = AccountForm(request.POST or None, initial=_asked(request))
    if request.method == "POST" and form.is_valid() and _kept(request, form):
        return redirect("voice:accounts")
    kinds, user = dict(SocialAct.Kind.choices), staff_of(request)
    shown = {
        **frame.context(request, "comments"),
        "rows": [
            {
                "one": one,
                "written": story.written(one.platform, one.handle),
                "platform": handles.PLATFORMS.get(one.platform, one.platform),
                "tickets": [kinds[kind] for kind in one.tickets if kind in kinds],
            }
            for one in OwnAccount.objects.order_by("platform", "handle")[: own.MOST]
        ],
        "form": form,
        "is_editing": bool(form.errors) or "edit" in request.GET,
        "lines": [
            {
                "key": secret.source.key,
                "address": settings.CDP_BASE_URL + reverse("commerce:hook", args=[LINE, secret.source.key]),
            }
            for secret in hooks.connected()
            if secret.vendor == LINE
        ],
        "rest": settings.CDP_BASE_URL + "/api/v1/social",
        "may_connect": user.can("settings"),
        "may_import": user.can("imports"),
    }
    return render(request, "voice/accounts.html", shown, status=422 if form.errors else 200)


@requires("steward")
@require_POST
def remove(request: HttpRequest, account: uuid.UUID) -> HttpResponse:
    """Take one from the list."""
    try:
        own.remove(account=account, actor=actor_of(request), at=timezone.now())
        messages.success(request, _("Removed."))
    except own.UnableToKeep:
        messages.warning(request, _("This account is not in the list any more."))
    return redirect("voice:accounts")


def _asked(request: HttpRequest) -> dict[str, Any]:
    """The account whose line was pressed."""
    row = frame.pressed(request, OwnAccount)
    if row is None:
        return {"platform": "instagram"}
    return {"account": row.id, "platform": row.platform, "handle": row.handle, "tickets": row.tickets}


def _kept(request: HttpRequest, form: AccountForm) -> bool:
    told = form.cleaned_data
    try:
        own.keep(**told, actor=actor_of(request), at=timezone.now())
    except Unreadable as problem:
        form.add_error("handle", str(problem.reason))
    except own.UnableToKeep as unable:
        words = {
            "taken": _("This account is in the list already."),
            "gone": _("This account is not in the list any more."),
            "many": _("The list is full. Remove an account that you do not need."),
        }
        form.add_error("handle", words[unable.why])
    else:
        messages.success(request, _("Saved. It holds for what is told from now on."))
        return True
    return False
