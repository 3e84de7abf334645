"""How staff accounts behave: nobody signs up by themselves, an administrator invites."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAdapter(DefaultAccountAdapter):
    """allauth's adapter for a closed house."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Home."""
        return "/"

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names."""
