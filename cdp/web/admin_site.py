"""The Django admin for data stewards, behind the same log-in (and second factor) as everything else."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from csp.decorators import csp_replace
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class StewardsAdmin(AdminSite):
    """/admin/."""

    site_header = _("Data stewards' desk")
    site_title = _("Stewards")
    index_title = _("Records")
    site_url = "/"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The house's own log-in page, so that the second factor cannot be walked around."""
        return secure_admin_login(super().login)(request, extra_context)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002  (Django's signature)
        """Every admin page has a policy of its own: Django's widgets set inline styles."""
        return csp_replace({"style-src": ["'self'", "'unsafe-inline'"]})(super().admin_view(view, cacheable))
