"""Whoever needs a second factor and has none sees nothing of the shop until one is set up."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.deprecation import MiddlewareMixin

from cdp.core import accounts, audit
from cdp.core.actors import Actor
from cdp.core.models import Role, StaffPolicy, User

RECOMMENDED_TO = frozenset({Role.OWNER, Role.PRIVACY})
LATER = "cdp_factor_later"
"""The cookie of whoever put the advice off; it says for whom, because browsers are shared."""
LATER_SECONDS = 7 * 24 * 3600
View = Callable[..., HttpResponseBase]


def has_one(user: User) -> bool:
    """Whether that account has a second factor."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def with_one() -> set[uuid.UUID]:
    """The accounts that have one."""
    return set(Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("user_id", flat=True))


def is_recommended(user: User) -> bool:
    """Whether to advise this person to set one up: whoever may see and delete everything."""
    if user.role not in RECOMMENDED_TO or has_one(user):
        return False
    return accounts.policy().second_factor != StaffPolicy.SecondFactor.OFF


def is_advised(request: HttpRequest) -> bool:
    """Whether to say so on the page on which they begin: not for a week after it was put off."""
    user = request.user
    return isinstance(user, User) and request.COOKIES.get(LATER) != digest_of(user) and is_recommended(user)


def digest_of(user: User) -> str:
    """The account in the cookie: nothing that could be used elsewhere."""
    return salted_hmac(LATER, str(user.pk), algorithm="sha256").hexdigest()[:16]


def reset(*, user: uuid.UUID, actor: Actor, at: datetime) -> None:
    """Take the second factor and the recovery codes of somebody away, who lost the telephone; they set up another."""
    with transaction.atomic():
        Authenticator.objects.filter(user_id=user).delete()
        audit.record(audit.Action.STAFF_FACTOR_RESET, actor=actor, at=at, subject=user)


class SecondFactorMiddleware(MiddlewareMixin):
    """Leads everybody who needs a second factor to the page that sets one up. Public pages stay open."""

    def process_view(self, request: HttpRequest, view: View, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Pages of staff have a capability (`requires`), the data admin a name space of its own."""
        user = request.user
        if not user.is_authenticated or not user.factor_required:
            return None
        match = request.resolver_match
        is_staff_page = hasattr(view, "capability") or (match is not None and match.app_name == "admin")
        if not is_staff_page or has_one(user):
            return None
        where = reverse("mfa_activate_totp")
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=403, headers={"HX-Redirect": where})
        return redirect(where)
