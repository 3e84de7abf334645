"""What happens around every request: an id for the logs, the language of staff, the access log."""

import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from cdp.core import actors, audit, context
from cdp.core.api import problems
from cdp.core.crypto import envelope, ring

View = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("request")
UNLOGGED = "/s/"
"""Where people answer questionnaires, also anonymous ones: a line in the log would tell when somebody did."""
ANSWERS = (Http404, PermissionDenied, BadRequest, SuspiciousOperation)
"""What a view raises in order to answer: no faults of ours, and answered with pages of their own."""
SHUT = (ring.UnknownRingKey, envelope.Unopenable)
"""Sealed values that do not open: a key is missing or wrong, or a value was altered."""


class RequestContextMiddleware:
    """Gives the request an id and logs it as method, route, status and time: never the path or the query string,
    which may hold tokens or what somebody searched for.
    """

    def __init__(self, get_response: View) -> None:
        """Keep the rest of the stack."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and log it."""
        started = time.perf_counter()
        request_id = uuid.uuid4().hex[:16]
        context.request_id.set(request_id)
        context.begin()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self.get_response(request)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
        route = request.resolver_match.view_name if request.resolver_match else "-"
        response.headers["X-Request-Id"] = request_id
        if not request.path.startswith(UNLOGGED):
            log.info(
                "request",
                method=request.method,
                route=route,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000),
                request_id=request_id,
            )
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A fault of ours: the reader is told that it is in the log, and this puts it there.

        What cannot be opened is said as such and shown to nobody as a blank; the text names ids of keys alone.
        """
        if isinstance(exception, ANSWERS):
            return None
        route = request.resolver_match.view_name if request.resolver_match else "-"
        log.error("unhandled fault", route=route, request_id=context.request_id.get(), exc_info=exception)
        if not isinstance(exception, SHUT):
            return None
        log.error("sealed data cannot be opened", route=route, reason=str(exception))
        if request.path.startswith(problems.PATHS):
            detail = _("A part of the data cannot be opened with the keys of this server; nothing was changed.")
            return problems.response(request, "sealed", 503, detail)
        return render(request, "errors/sealed.html", status=503)


class StaffPagesMiddleware:
    """What is shown to staff: in the language of their account unless this browser has chosen another, and kept by no
    browser, so that going back after logging out, or on a tablet handed to a customer, shows nothing.
    """

    def __init__(self, get_response: View) -> None:
        """Keep the rest of the stack."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Switch where the browser has not chosen; keep nothing."""
        language = getattr(request.user, "language", "")
        if language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        is_staff = request.user.is_authenticated
        response = self.get_response(request)
        if is_staff:
            add_never_cache_headers(response)
        return response


class AccessLogMiddleware:
    """Writes one access entry for a request that showed customers to staff or to an API key."""

    def __init__(self, get_response: View) -> None:
        """Keep the rest of the stack."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then record who was shown."""
        response = self.get_response(request)
        customers = context.shown()
        if customers:
            actor = actor_of(request)
            view = request.resolver_match.view_name if request.resolver_match else "-"
            audit.looked(actor=actor, at=timezone.now(), view=view, customers=customers)
        return response


def actor_of(request: HttpRequest) -> actors.Actor:
    """The member of staff or API key behind a request; the customer in person on public pages."""
    api_key = getattr(request, "api_key", None)
    if api_key is not None:
        return actors.key(api_key)
    if request.user.is_authenticated:
        return actors.staff(request.user)
    return actors.CUSTOMER
