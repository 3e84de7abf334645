"""The public pages /privacy/ and /terms/."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from consent.models import Policy
from consent.selectors import policies
from consent.views import languages


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy policy; `?version=` an older one, `?lang=` the language."""
    return _page(request, Policy.PRIVACY)


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of use; `?version=` an older one, `?lang=` the language."""
    return _page(request, Policy.TERMS)


def _page(request: HttpRequest, policy: Policy) -> HttpResponse:
    now, language = timezone.now(), languages.of(request)
    wanted = request.GET.get("version", "")
    document = policies.find(policy, at=now, language=language, version=wanted) if "\x00" not in wanted else None
    if document is None:
        raise Http404
    versions = list(policies.published(policy, at=now))
    with translation.override(language):
        response = render(
            request,
            "consent/document.html",
            {
                "document": document,
                "versions": versions,
                "is_latest": document.version == versions[0].version,
            },
        )
    response.headers["Content-Language"] = language
    return response
