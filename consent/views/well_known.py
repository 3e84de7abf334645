"""What machines look up: that this site honours Global Privacy Control."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

SINCE = "2026-11-22"


@require_safe
def gpc(request: HttpRequest) -> JsonResponse:
    """`/.well-known/gpc.json` (W3C): the signal is honoured, and since when that was said."""
    return JsonResponse({"gpc": True, "lastUpdate": SINCE})
