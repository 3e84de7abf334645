"""The Django admin for data stewards, behind the same log-in (and second factor) as everything else."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from csp.decorators import csp_replace
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

HIDDEN_APPS = frozenset({"account", "auth", "mfa"})


class StewardsAdmin(AdminSite):
    """/admin/."""

    site_header = _("Data stewards' desk")
    site_title = _("Stewards")
    index_title = _("Records")
    site_url = "/"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Records of the shop only. Accounts and second factors are each person's own business, and roles take the
        place of Django's groups.
        """
        listed = super().get_app_list(request, app_label)
        return [app for app in listed if app["app_label"] not in HIDDEN_APPS]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The house's own log-in page, so that the second factor cannot be walked around."""
        return secure_admin_login(super().login)(request, extra_context)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002  (Django's signature)
        """Every admin page has a policy of its own: Django's widgets set inline styles."""
        return csp_replace({"style-src": ["'self'", "'unsafe-inline'"]})(super().admin_view(view, cacheable))
