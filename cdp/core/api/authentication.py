"""Bearer keys."""

from datetime import timedelta
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from cdp.core import api_keys
from cdp.core.models import ApiKey

USED_GRAIN = timedelta(minutes=1)


def key_of(request: Request) -> ApiKey:
    """The API key of an authenticated request."""
    return cast("ApiKey", request.auth)


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`. The key is `request.auth`; there is no user."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        """The key, or 401 with the reason."""
        parts = get_authorization_header(request).decode("latin-1").split()
        if not parts:
            return None
        if len(parts) != 2 or parts[0].lower() != "bearer":
            raise AuthenticationFailed(_("Send the key as “Authorization: Bearer KEY”."))
        stored = (
            ApiKey.objects.select_related("source")
            .filter(digest=api_keys.digest(parts[1]), revoked_at__isnull=True)
            .first()
        )
        if stored is None:
            raise AuthenticationFailed(_("The API key is not known or was revoked."))
        now = timezone.now()
        if stored.last_used_at is None or now - stored.last_used_at > USED_GRAIN:
            ApiKey.objects.filter(id=stored.id).update(last_used_at=now)
        request._request.api_key = stored  # type: ignore[attr-defined]  # the access log asks who was shown customers
        return None, stored

    def authenticate_header(self, request: Request) -> str:
        """Makes DRF answer 401 instead of 403."""
        return "Bearer"


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """How the key appears in the OpenAPI document."""

    target_class = "cdp.core.api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer scheme."""
        return {"type": "http", "scheme": "bearer", "description": "An API key made by an owner."}
