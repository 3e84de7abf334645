"""Language by link: `?lang=th` shows a page in Thai and remembers it, without script and without a form.

Public pages are reached from messages written in the person's language, and a policy must be linkable in each.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class LanguageLinkMiddleware:
    """Stands after LocaleMiddleware and after the one that applies the language of a staff account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the rest of the stack."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Switch for this request and set the cookie that LocaleMiddleware reads next time."""
        wanted = request.GET.get("lang", "")
        if wanted not in dict(settings.LANGUAGES):
            return self.get_response(request)
        translation.activate(wanted)
        request.LANGUAGE_CODE = wanted
        response = self.get_response(request)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
        return response
