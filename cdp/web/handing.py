"""Handing the shop's tablet to a customer, and taking it back.

The clerk's session is ended, not hidden: what the browser holds afterwards is the session of nobody, which remembers
who handed the tablet over and opens nothing but the public forms. So no page that somebody adds later can forget to
ask whether the tablet is locked. The password of the clerk, who passed every factor in this browser before, or the
account of somebody else brings the work back.
"""

from collections.abc import Callable
from datetime import datetime

import structlog
from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import auth, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from cdp.core import actors, audit
from cdp.core.api import problems
from cdp.core.models import User
from cdp.web import kiosk, taking

log = structlog.get_logger("kiosk")
UNLOCK = "web:kiosk-unlock"
OPEN = {f"web:{form}{part}" for form in taking.FORMS for part in ("", "-done")} | {
    "consent:privacy",
    "consent:terms",
    "ask:page",
    "ask:picture",
    UNLOCK,
}
"""All that a locked tablet opens, by the names of the addresses."""


class UnableToUnlock(Exception):
    """The tablet stays locked; the message says why."""


def hand_over(request: HttpRequest, *, form: str, language: str, back: str, user: User, at: datetime) -> kiosk.Kiosk:
    """End the session of `user` in this browser and lock it to the public forms, beginning with `form`.

    Not to an anonymous survey: whom the clerk had before them, and when the tablet was handed over, is kept.
    `back` is where the clerk goes on afterwards; one that leads elsewhere than to us is dropped.
    """
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = ""
    list(messages.get_messages(request))  # read and so forgotten: they may tell of customers
    audit.record(audit.Action.KIOSK_LOCKED, actor=actors.staff(user), at=at, details={"form": form})
    auth.logout(request)
    request.session[kiosk.SESSION_KEY] = {"by": str(user.id), "form": form, "language": language, "back": back}
    rotate_token(request)
    return kiosk.Kiosk(language, language, is_locked=True)


def take_back(request: HttpRequest, held: kiosk.Locked, *, email: str, password: str, at: datetime) -> str:
    """Give the browser back to the one who handed it over, or with `email` to somebody else of the shop.

    Returns where to go on. Raises UnableToUnlock. Whoever else has a second factor is asked for it at the log-in.
    """
    holder = User.objects.filter(id=held.by, is_active=True).first()
    wanted = email.strip() or (holder.email if holder else "")
    try:
        user = get_adapter(request).authenticate(request, email=wanted, password=password) if wanted else None
    except ValidationError as many:
        raise UnableToUnlock(" ".join(many.messages)) from many
    if user is None:
        log.warning("a tablet was not unlocked")
        raise UnableToUnlock(_("This password is not right.") if not email else _("This does not fit an account."))
    request.session.flush()
    if user.pk != held.by and is_mfa_enabled(user):
        return reverse(settings.LOGIN_URL)
    auth.login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    audit.record(audit.Action.KIOSK_UNLOCKED, actor=actors.staff(user), at=at, details={"form": held.form})
    return (held.back if user.pk == held.by else "") or "/"


class LockedTabletMiddleware:
    """Leads a locked tablet from every other address to the page that unlocks it. Stands after the session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the rest of the stack."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer what is open; refuse the rest in the form that was asked for."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or kiosk.locked(request) is None or _is_open(request):
            return self.get_response(request)
        response = _refusal(request)
        add_never_cache_headers(response)
        return response


def _refusal(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401)  # the page around it reloads itself
    if request.path.startswith(problems.PATHS):
        return problems.response(request, "locked", 403, str(_("This tablet is locked to the forms for customers.")))
    return redirect(UNLOCK)


def _is_open(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).view_name in OPEN
    except Resolver404:
        return False


def holder_name(held: kiosk.Locked) -> str:
    """Who handed the tablet over, as customers may read it: a name, never an address."""
    return User.objects.filter(id=held.by).values_list("name", flat=True).first() or ""
