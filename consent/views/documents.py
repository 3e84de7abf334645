"""The public pages /privacy/ and /terms/: what holds, what held before, and what changed."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from consent.models import Policy, PolicyVersion
from consent.selectors import notices, policies
from consent.views import languages

MOST_VERSIONS = 200


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy policy; `?version=` an older one, `?against=` what differs from another, `?lang=` the language."""
    return _page(request, Policy.PRIVACY)


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of use; `?version=`, `?against=` and `?lang=` as for the policy."""
    return _page(request, Policy.TERMS)


def _page(request: HttpRequest, policy: Policy) -> HttpResponse:
    now, language = timezone.now(), languages.of(request)
    wanted = request.GET.get("version", "")
    document = policies.find(policy, at=now, language=language, version=wanted) if "\x00" not in wanted else None
    if document is None:
        raise Http404
    versions = list(policies.published(policy, at=now).prefetch_related("texts")[:MOST_VERSIONS])
    with translation.override(language):
        current = next(row for row in versions if row.version == document.version)
        response = render(
            request,
            "consent/document.html",
            {
                "document": document,
                "versions": _history(versions, language),
                "is_latest": document.version == versions[0].version,
                **_difference(request, policy, current, versions, language),
            },
        )
    response.headers["Content-Language"] = language
    return response


def _history(versions: list[PolicyVersion], language: str) -> list[dict[str, Any]]:
    """Every version with its day, what changed, and the one before it, to compare with."""
    return [
        {
            "version": row.version,
            "published_at": row.published_at,
            "changed": notices.what_changed(row, notices.texts_of(row), language),
            "before": versions[index + 1].version if index + 1 < len(versions) else "",
        }
        for index, row in enumerate(versions)
    ]


def _difference(
    request: HttpRequest, policy: Policy, current: PolicyVersion, versions: list[PolicyVersion], language: str
) -> dict[str, Any]:
    """What differs from the version named by `?against=`, in the reader's language or the one both have."""
    asked = request.GET.get("against", "")
    if not asked:
        return {}
    against = next((row for row in versions if row.version == asked), None)
    if against is None:
        raise Http404
    found = notices.in_language(notices.texts_of(current), language)
    code = found[0] if found else language
    before, after = notices.texts_of(against).get(code), notices.texts_of(current).get(code)
    changes = notices.changes(
        policy, notices.with_shop(before) if before else None, notices.with_shop(after) if after else None
    )
    return {"against": against, "changes": changes, "changes_language": code, "is_compared": True}
