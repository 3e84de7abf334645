"""Scopes."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from cdp.core.api.authentication import key_of


class HasScope(BasePermission):
    """A view names its `scope` ("customers"); reading needs `customers:read`, writing `customers:write`.

    A view whose safe-looking POST only reads sets `reads_by_post = {"lookup", …}` (action names); one with an action
    that needs a scope of its own, and no other, sets `scopes_of = {"erase": "customers:erase"}`.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the key of this request may do that; says which scope is missing."""
        if request.auth is None:
            raise NotAuthenticated(_("This needs an API key: “Authorization: Bearer KEY”."))
        reads = request.method in SAFE_METHODS or getattr(view, "action", "") in getattr(view, "reads_by_post", ())
        own = getattr(view, "scopes_of", {}).get(getattr(view, "action", ""))
        needed = own or f"{view.scope}:{'read' if reads else 'write'}"
        if needed not in key_of(request).scopes:
            message = _("The API key lacks the scope %(scope)s.") % {"scope": needed}
            raise PermissionDenied(message)
        return True
