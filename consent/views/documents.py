"""The public pages /privacy/, /terms/ and /privacy/purposes/: what holds, what held before, and what changed."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from consent.models import Policy, PolicyVersion
from consent.rules import notices as rules
from consent.rules.packs import Basis
from consent.selectors import notices, packs, policies, purposes
from consent.views import languages

MOST_VERSIONS = 200
MOST_OF_PURPOSES = 50


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy policy; `?version=` an older one, `?against=` what differs from another, `?lang=` the language."""
    return _page(request, Policy.PRIVACY)


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of use; `?version=`, `?against=` and `?lang=` as for the policy."""
    return _page(request, Policy.TERMS)


@require_safe
def purpose(request: HttpRequest, key: str) -> HttpResponse:
    """What people are asked to allow for one purpose; `?version=`, `?against=` and `?lang=` as for the policy."""
    return _page(request, rules.of_purpose(key))


def _page(request: HttpRequest, name: str) -> HttpResponse:
    now, language = timezone.now(), languages.of(request)
    wanted = request.GET.get("version", "")
    document = policies.find(name, at=now, language=language, version=wanted) if "\x00" not in wanted else None
    if document is None:
        raise Http404
    versions = list(policies.published(name, at=now).prefetch_related("texts")[:MOST_VERSIONS])
    with translation.override(language):
        current = next(row for row in versions if row.version == document.version)
        response = render(
            request,
            "consent/document.html",
            {
                "document": document,
                "changed": notices.what_changed(current, notices.texts_of(current), language),
                "refusal": _refusal(current, document.language),
                "versions": _history(versions, language),
                "is_latest": document.version == versions[0].version,
                "is_purpose": rules.kind_of(name) == rules.PURPOSE,
                "asked": _asked(language, now=now) if name == rules.PRIVACY else [],
                **_difference(request, name, current, versions, language),
            },
        )
    response.headers["Content-Language"] = language
    return response


def _refusal(version: PolicyVersion, language: str) -> str:
    text = notices.texts_of(version).get(language)
    return notices.with_shop(text).parts.get(rules.REFUSAL, "") if text else ""


def _history(versions: list[PolicyVersion], language: str) -> list[dict[str, Any]]:
    """Every version with its day, what changed, and the one before it, to compare with."""
    return [
        {
            "version": row.version,
            "published_at": row.published_at,
            "changed": notices.what_changed(row, notices.texts_of(row), language),
            "is_asked_again": row.turns_meaning or bool(row.concerns),
            "before": versions[index + 1].version if index + 1 < len(versions) else "",
        }
        for index, row in enumerate(versions)
    ]


def _asked(language: str, *, now: dt.datetime) -> list[dict[str, Any]]:
    """Every purpose that people may refuse, with what became of its words: part of the history of the policy."""
    law = packs.of_shop()
    asked = [
        one
        for one in purposes.offered(language)
        if any(law.basis(one.key, channel) is not Basis.CONTRACT for channel in one.channels)
    ]
    rows = policies.published_of([rules.of_purpose(one.key) for one in asked], at=now)
    found = []
    for one in asked:
        versions = rows.get(rules.of_purpose(one.key), [])
        if versions:
            history = _history(versions[:MOST_OF_PURPOSES], language)
            found.append({"name": one.name, "key": one.key, "versions": history})
    return found


def _difference(
    request: HttpRequest, name: str, current: PolicyVersion, versions: list[PolicyVersion], language: str
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
        name, notices.with_shop(before) if before else None, notices.with_shop(after) if after else None
    )
    return {"against": against, "changes": changes, "changes_language": code, "is_compared": True}
