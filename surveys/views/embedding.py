"""The scripts that a website loads: the one here asks inside its own page, by `asking.page` with `?embed=1`."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

FILE = Path("static") / "js" / "survey-embed.js"
KEPT_SECONDS = 3600


@require_safe
def script(_request: HttpRequest) -> HttpResponse:
    """The script that asks."""
    return served(FILE)


def served(file: Path) -> HttpResponse:
    """A script for other sites, under an address that never changes; browsers keep it for an hour."""
    response = HttpResponse(_text(file), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@cache
def _text(file: Path) -> bytes:
    return (Path(settings.BASE_DIR) / file).read_bytes()
