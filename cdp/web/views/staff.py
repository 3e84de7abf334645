"""`/settings/`: who works here, what each may do, and what is asked of them at log-in."""

import secrets
import uuid

from allauth.account.forms import ResetPasswordForm
from django.conf import settings as configured
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import accounts
from cdp.core.models import User
from cdp.core.views.access import actor_of, requires, staff_of
from cdp.web import second_factor
from cdp.web.forms.staff import AccountForm, InviteForm, PolicyForm

MOST = 500


@requires("staff")
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """The accounts, those who may log in first, and the policy."""
    return _page(request, _policy_form())


def _policy_form() -> PolicyForm:
    asked = accounts.policy()
    return PolicyForm(initial={"second_factor": asked.second_factor, "roles": asked.roles})


def _page(request: HttpRequest, form: PolicyForm, *, status: int = 200) -> HttpResponse:
    secured = second_factor.with_one()
    people = User.objects.order_by("-is_active", "name", "email")[:MOST]
    context = {
        "people": [{"user": user, "has_factor": user.id in secured} for user in people],
        "form": form,
        "advise": second_factor.is_recommended(staff_of(request)),
    }
    return render(request, "web/staff/list.html", context, status=status)


@requires("staff")
@require_POST
def policy(request: HttpRequest) -> HttpResponse:
    """Ask for a second factor, or stop asking."""
    form = PolicyForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    accounts.set_policy(**form.cleaned_data, actor=actor_of(request), at=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("web:settings")


@requires("dashboard")
@require_POST
def factor_later(request: HttpRequest) -> HttpResponse:
    """Put the advice off for a week, in this browser."""
    response = redirect("web:home")
    response.set_cookie(
        second_factor.LATER,
        second_factor.digest_of(staff_of(request)),
        max_age=second_factor.LATER_SECONDS,
        secure=configured.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@requires("staff")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Invite a colleague."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            accounts.create(
                **given,
                # Nobody knows it: the way in is the link, by which they choose their own.
                password=secrets.token_urlsafe(32),
                actor=actor_of(request),
                at=timezone.now(),
            )
        except accounts.UnableToCreate as problem:
            form.add_error("email", str(problem))
        else:
            _send_link(request, given["email"])
            messages.success(request, _("Invited. The link to choose a password went to %(email)s.") % given)
            return redirect("web:settings")
    return render(request, "web/staff/new.html", {"form": form}, status=422 if form.is_bound else 200)


@requires("staff")
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, user: uuid.UUID) -> HttpResponse:
    """One account: name, role, whether its holder may log in."""
    row = _found(user)
    initial = {"name": row.name, "role": row.role, "is_active": row.is_active}
    form = AccountForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            accounts.change(user=row.id, **form.cleaned_data, actor=actor_of(request), at=timezone.now())
        except accounts.UnableToChange as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Saved."))
            return redirect("web:settings")
    context = {"form": form, "person": row, "has_factor": second_factor.has_one(row)}
    return render(request, "web/staff/account.html", context, status=422 if form.is_bound else 200)


@requires("staff")
@require_POST
def factor_reset(request: HttpRequest, user: uuid.UUID) -> HttpResponse:
    """Somebody lost the telephone."""
    row = _found(user)
    second_factor.reset(user=row.id, actor=actor_of(request), at=timezone.now())
    messages.success(request, _("The second factor is gone. %(name)s can set up another.") % {"name": row})
    return redirect("web:staff-account", row.id)


@requires("staff")
@require_POST
def password_link(request: HttpRequest, user: uuid.UUID) -> HttpResponse:
    """Send the link by which a colleague chooses a new password."""
    row = _found(user)
    if not row.is_active:
        messages.error(request, _("Whoever may not log in needs no password."))
    else:
        _send_link(request, row.email)
        messages.success(request, _("The link to choose a password went to %(email)s.") % {"email": row.email})
    return redirect("web:staff-account", row.id)


def _send_link(request: HttpRequest, email: str) -> None:
    form = ResetPasswordForm({"email": email})
    if form.is_valid():
        form.save(request)


def _found(user: uuid.UUID) -> User:
    row = User.objects.filter(id=user).first()
    if row is None:
        raise Http404
    return row
