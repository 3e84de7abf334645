"""`/loyalty/programme/`: the programme in force in sentences, former and coming versions, and definitions as files."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from cdp.core.views.access import requires
from customers.selectors import staff
from loyalty.models import ProgrammeVersion
from loyalty.rules import drafting
from loyalty.rules import programme as definition
from loyalty.rules.programme import Programme
from loyalty.selectors import programme_parts, versions, wallets
from loyalty.selectors.programme_parts import Part
from loyalty.selectors.sentences import called
from loyalty.views import frame

MOST_VERSIONS = 100
SECTIONS = (
    ("earning", gettext_lazy("How members earn"), ("rules",)),
    ("bonuses", gettext_lazy("What gives more"), ("bonuses", "factors")),
    ("wallets", gettext_lazy("What it is worth and how long it lasts"), ("wallets",)),
    ("tiers", gettext_lazy("Tiers"), ("tiering", "tiers")),
    ("terms", pgettext_lazy("loyalty", "Terms"), ("refunds", "joining", "referrals", "notices", "staff", "general")),
)
"""The parts of a page: its id, its heading, and the sections of a programme that stand there."""


@requires("dashboard")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What is in force, or what is coming, or how to begin."""
    now = timezone.now()
    timeline = versions.published()
    version = timeline.at(now)
    return render(
        request,
        "loyalty/programme.html",
        {
            **frame.context(request, "programme"),
            "version": version,
            "name": called(version.programme.names, "") if version else "",
            "sections": sections(parts_of(version.programme)) if version else [],
            "coming": [one for one in timeline.versions if one.starts_at > now],
            "versions": _versions(),
            "has_draft": versions.draft() is not None,
        },
    )


@requires("dashboard")
@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One published version as it is for ever, and what it changed."""
    row = ProgrammeVersion.objects.filter(number=number, published_at__isnull=False).first()
    shown = versions.published().by_id(row.id) if row else None
    if row is None or shown is None:
        raise Http404
    before = ProgrammeVersion.objects.filter(number__lt=number, published_at__isnull=False).first()
    earlier = versions.published().by_id(before.id) if before else None
    parts = parts_of(shown.programme)
    context = {
        **frame.context(request, "programme"),
        "version": shown,
        "row": row,
        "name": called(shown.programme.names, ""),
        "by": staff.names([row.published_by]).get(str(row.published_by), ""),
        "sections": sections(parts),
        "changes": programme_parts.between(parts_of(earlier.programme), parts) if earlier else None,
    }
    return render(request, "loyalty/programme_version.html", context)


@requires("dashboard")
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """A version, the draft, or what is in force, as the JSON document that the page takes back."""
    wanted = request.GET.get("version", "")
    if wanted == "draft":
        found = versions.draft()
    elif wanted.isdecimal() and len(wanted) < 10:
        found = ProgrammeVersion.objects.filter(number=int(wanted), published_at__isnull=False).first()
    else:
        version = versions.in_force(timezone.now())
        found = ProgrammeVersion.objects.get(id=version.id) if version else None
    if found is None:
        raise Http404
    return _file(found.definition, "application/json; charset=utf-8", f"programme-{found.number}.json")


@requires("dashboard")
@require_safe
def schema(_request: HttpRequest) -> HttpResponse:
    """The JSON Schema of a programme, for whoever writes one elsewhere."""
    return _file(definition.schema(), "application/schema+json", "programme.schema.json")


def _file(content: Mapping[str, Any], kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(json.dumps(content, ensure_ascii=False, indent=1) + "\n", content_type=kind)
    if header := content_disposition_header(as_attachment=True, filename=name):
        answer["Content-Disposition"] = header
    return answer


def parts_of(programme: Programme) -> list[Part]:
    """The parts of a programme with the shop's own words."""
    return programme_parts.of(programme, wallets.every(), programme_parts.rewards())


def sections(parts: Sequence[Part], *, may_edit: bool = False) -> list[dict[str, Any]]:
    """Parts under their headings; with `may_edit`, each with the way to its form."""
    found = []
    for key, title, names in SECTIONS:
        own = [part for part in parts if part.section in names]
        found.append(
            {
                "key": key,
                "title": title,
                "parts": [
                    {
                        "id": f"{part.section}-{part.key}",
                        "section": part.section,
                        "key": part.key,
                        "name": part.name,
                        "text": " ".join(part.sentences),
                        "url": address(part.section, part.key) if may_edit else "",
                        "may_go": part.section in drafting.LISTS,
                    }
                    for part in own
                ],
            }
        )
    return found


def address(section: str, key: str) -> str:
    """The form of a part; how multipliers meet is said for the whole programme."""
    if key:
        return reverse("loyalty:programme-part", args=[section, key])
    return reverse("loyalty:programme-whole", args=["general" if section == "factors" else section])


def _versions() -> list[dict[str, Any]]:
    rows: Iterable[ProgrammeVersion] = ProgrammeVersion.objects.filter(published_at__isnull=False).defer("definition")[
        :MOST_VERSIONS
    ]
    rows = list(rows)
    names = staff.names([row.published_by for row in rows])
    return [
        {
            "number": row.number,
            "starts_at": row.starts_at,
            "published_at": row.published_at,
            "note": row.note,
            "by": names.get(str(row.published_by)) or _("Set up"),
        }
        for row in rows
    ]
