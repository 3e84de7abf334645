"""How staff accounts behave: nobody signs up by themselves, an owner invites."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from cdp.core import access


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
