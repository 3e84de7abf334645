"""The script that a website loads, under two addresses that never change: it asks inside of its page (`asking.page`
with `?embed=1`), or shows there what customers said (`testimonials.wall`).
"""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

FILE = Path("static") / "js" / "embed.js"
KEPT_SECONDS = 3600


@require_safe
def script(_request: HttpRequest) -> HttpResponse:
    """The script; browsers keep it for an hour."""
    response = HttpResponse(_text(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@cache
def _text() -> bytes:
    return (Path(settings.BASE_DIR) / FILE).read_bytes()
