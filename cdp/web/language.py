"""Language by link: `?lang=th` shows a page in Thai and remembers it, without script and without a form.

Public pages are reached from messages written in the person's language, and a policy must be linkable in each. The
shop's tablet remembers nothing: a form begins in the tablet's own language, and the next customer with it again.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from cdp.core import spoken
from cdp.web import kiosk

OWN_NAMES = list(spoken.OWN_NAMES.items())
"""Codes and names, as choices."""


class LanguageLinkMiddleware:
    """Stands after LocaleMiddleware and after the one that applies the language of a staff account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the rest of the stack."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Switch for this request and set the cookie that LocaleMiddleware reads next time."""
        wanted = request.GET.get("lang", "")
        tablet = kiosk.of(request)
        request.tablet = tablet  # type: ignore[attr-defined]  # rooms below ask for it, and cannot ask us
        if wanted in dict(settings.LANGUAGES):
            language = wanted
        elif tablet is not None:
            language = tablet.home
        else:
            return self.get_response(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        if tablet is None:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                language,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                samesite="Lax",
            )
        return response
