"""RFC 9457 problem details for every error of the REST API."""

from collections.abc import Iterator
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from cdp.core.api import pointers

log = structlog.get_logger("api")
MEDIA_TYPE = "application/problem+json"
PATHS = ("/api/", "/v1/")
"""Where programs ask: they get problems, not pages."""


class Problem(exceptions.APIException):
    """An error with a code, a sentence and, where it applies, places in the body.

    `errors` are {"pointer": "/lines/0/quantity", "detail": "…"}; `extra` members go to the top level. One that is told
    for now only (409, 429, 5xx) undoes what was written under an idempotency key, unless it `leaves_work` on purpose.
    """

    leaves_work = False

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status_code: int = status.HTTP_422_UNPROCESSABLE_ENTITY,
        errors: list[dict[str, str]] | None = None,
        **extra: Any,
    ) -> None:
        """Describe the problem; `detail` says how to mend it."""
        super().__init__(detail, code)
        self.code, self.status_code, self.errors, self.extra = code, status_code, errors or [], extra


def conflict(code: str, detail: str, **extra: Any) -> Problem:
    """A 409."""
    return Problem(code, detail, status_code=status.HTTP_409_CONFLICT, **extra)


def busy() -> Problem:
    """Who it is could not be found out, because others write the same people at this moment."""
    return Problem(
        "busy",
        _("The same people are being written by many requests at once; send it again."),
        status_code=status.HTTP_503_SERVICE_UNAVAILABLE,
    )


def erased() -> Problem:
    """Nobody is left under that id: who had it was erased."""
    return Problem("erased", _("This person was erased."), status_code=status.HTTP_410_GONE)


def invalid(pointer: str, detail: str) -> Problem:
    """A 422 about one place of the body, or one parameter of the address."""
    return invalid_places([{"pointer": pointer, "detail": detail}])


def invalid_places(errors: list[dict[str, str]]) -> Problem:
    """A 422 about several places."""
    return Problem("invalid", _("The request has invalid values."), errors=errors)


TITLES: dict[int, Any] = {
    400: _lazy("Bad request"),
    401: _lazy("Not authenticated"),
    403: _lazy("Not allowed"),
    404: _lazy("Not found"),
    405: _lazy("Method not allowed"),
    406: _lazy("Not acceptable"),
    409: _lazy("Conflict"),
    410: _lazy("Gone"),
    413: _lazy("Too large"),
    415: _lazy("Unsupported media type"),
    422: _lazy("Invalid"),
    429: _lazy("Too many requests"),
    500: _lazy("Server error"),
    503: _lazy("Not available just now"),
}


def body(code: str, status_code: int, detail: str, errors: list[dict[str, str]], **extra: Any) -> dict[str, Any]:
    """The JSON of a problem."""
    answer = {
        "type": f"urn:cdp:problem:{code}",
        "title": str(TITLES.get(status_code, _("Error"))),
        "status": status_code,
        "detail": detail,
        "code": code,
        "errors": errors,
    }
    return answer | extra


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. An exception of ours rolls back what the view did."""
    headers: dict[str, str] = {}
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, DjangoPermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    status_code, detail, errors, extra = error.status_code, str(error.detail), [], {}
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else "invalid"
    if isinstance(error, Problem):
        code, errors, extra = error.code, error.errors, error.extra
    elif isinstance(error, exceptions.ValidationError):
        status_code, code, detail = 422, "invalid", _("The request has invalid values.")
        errors = list(places(error.detail))
    elif isinstance(error, exceptions.ParseError):
        code, errors = "malformed", getattr(error, "errors", [])
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(max(1, round(getattr(error, "wait", None) or 1)))
    if status_code == status.HTTP_401_UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    set_rollback()
    return Response(
        body(code, status_code, detail, errors, **extra), status=status_code, headers=headers, content_type=MEDIA_TYPE
    )


def places(detail: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """DRF's nested validation errors as JSON pointers (RFC 6901)."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            place = pointer if name == "non_field_errors" else f"{pointer}/{pointers.escaped(str(name))}"
            yield from places(inner, place)
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            if isinstance(inner, dict | list):
                yield from places(inner, f"{pointer}/{position}")
            else:
                yield {"pointer": pointer, "detail": str(inner)}
    else:
        yield {"pointer": pointer, "detail": str(detail)}


def response(request: HttpRequest, code: str, status_code: int, detail: str) -> JsonResponse:
    """A problem outside DRF: unknown paths and faults under /api/."""
    return JsonResponse(body(code, status_code, detail, []), status=status_code, content_type=MEDIA_TYPE)
