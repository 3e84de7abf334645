"""Error pages: what happened, what to do next, in the reader's language; JSON under /api/."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from cdp.core.access import CAPABILITIES
from cdp.core.api import problems
from cdp.core.models import Role
from cdp.core.views.access import NotForRole

CODES = {400: "bad_request", 403: "forbidden", 404: "not_found", 413: "too_large", 500: "server_error"}
IN_API = {404: _("There is nothing at this address; what there is stands at /api/docs/.")}
"""Where a program, or somebody who writes one, asks."""
DETAILS = {
    400: _("The request could not be understood."),
    403: _("This is not allowed."),
    404: _("There is nothing at this address."),
    413: _("The body is larger than 5 MB."),
    500: _("Something went wrong on our side; it was written to the log."),
}


def _answer(
    request: HttpRequest, status: int, template: str = "", context: Mapping[str, Any] | None = None
) -> HttpResponse:
    if request.path.startswith(problems.PATHS):
        told = IN_API if request.path.startswith("/api/") else {}
        return problems.response(request, CODES[status], status, str(told.get(status, DETAILS[status])))
    return render(request, template or f"errors/{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400; 413 where it was more than anybody may send."""
    return _answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403; where it is for other roles, which, in the frame of staff: they are known by then."""
    if not isinstance(exception, NotForRole):
        return _answer(request, 403)
    may = CAPABILITIES[exception.capability]
    roles = [str(role.label) for role in Role if role.value in may]
    return _answer(request, 403, "errors/403_staff.html", context={"roles": roles})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500."""
    return _answer(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is missing or old: say how to go on."""
    return _answer(request, 403, "errors/csrf.html")
