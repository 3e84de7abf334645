"""The language a public page is read in: the reader's choice, else what is known of them, else their browser's."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation


def wished(request: HttpRequest) -> str:
    """The language of ours that `?lang=` names; empty for none."""
    code = request.GET.get("lang", "")
    return code if code in dict(settings.LANGUAGES) else ""


def of(request: HttpRequest, *, otherwise: str = "") -> str:
    """The code from `?lang=`, else `otherwise` (a customer's language), else the language already in force."""
    known = dict(settings.LANGUAGES)
    for code in (request.GET.get("lang", ""), otherwise[:2]):
        if code in known:
            return code
    return translation.get_language() or settings.LANGUAGE_CODE
