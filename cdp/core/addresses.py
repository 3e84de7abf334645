"""Who is at the other end of a request, also behind proxies that we trust."""

from django.conf import settings
from django.http import HttpRequest


def of_client(request: HttpRequest) -> str:
    """The client's address: the connection's own, or what the innermost CDP_TRUSTED_PROXIES proxies reported.

    Everything further left in X-Forwarded-For was written by the client and is not believed.
    """
    count: int = settings.CDP_TRUSTED_PROXIES
    reported = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if count and len(reported) >= count:
        return reported[-count]
    return str(request.META.get("REMOTE_ADDR", ""))
