"""How staff accounts behave: nobody signs up by themselves, an owner invites."""

import contextlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from cdp.core import access
from cdp.core.crypto import tokens
from cdp.core.keys import digests

KIND = "second-factor"


class StaffAdapter(DefaultAccountAdapter):
    """allauth's adapter for a closed house."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where that person works (`access.home_of`)."""
        return access.home_of(getattr(request.user, "role", ""))

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """allauth's adapter for second factors: their secrets are sealed, and whoever needs one cannot put it away."""

    def encrypt(self, text: str) -> str:
        """Sealed under a key of its own that outlives the rotation of the ring."""
        return tokens.make(KIND, text.encode())

    def decrypt(self, encrypted_text: str) -> str:
        """The secret back. Raises BadToken: a second factor that cannot be read lets nobody in."""
        return tokens.read(KIND, encrypted_text).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not where the shop requires one."""
        return not authenticator.user.factor_required


def reseal(way: digests.Way) -> int:
    """Seal every second factor under the new root (`cdp.core.keys.reindexing`). How many there were; one that does not
    open stays as it is.
    """
    found = list(Authenticator.objects.order_by("id"))
    for factor in found:
        factor.data = {name: _resealed(value, way) for name, value in factor.data.items()}
    Authenticator.objects.bulk_update(found, ["data"], batch_size=500)
    return len(found)


def _resealed(value: Any, way: digests.Way) -> Any:
    if isinstance(value, list):
        return [_resealed(one, way) for one in value]
    if isinstance(value, str):
        with contextlib.suppress(tokens.BadToken):
            return tokens.remade(KIND, value, root=way.root, before=way.before)
    return value
