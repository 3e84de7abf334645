"""The staff page /consent/: who allows what, which documents are in force, which law holds."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cdp.core.views.access import requires
from consent.models import Policy
from consent.selectors import figures, packs, policies, purposes
from consent.views import frame

# The names of the law packs, which are data, so that catalogues can have words for them.
LAWS = [
    gettext_noop("GDPR and ePrivacy (European Economic Area, United Kingdom)"),
    gettext_noop("Thai Personal Data Protection Act"),
    gettext_noop("Korean Personal Information Protection Act and Network Act"),
]


@requires("campaigns.view")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Figures per purpose and channel, the latest documents, the law packs with the dates they were checked."""
    now = timezone.now()
    names = purposes.names(get_language() or "")
    found: list[dict[str, Any]] = [
        {
            "name": names.get(figure.purpose, figure.purpose),
            "channel": purposes.channel_name(figure.channel),
            "f": figure,
        }
        for figure in figures.figures()
    ]
    documents = [
        {"label": policy.label, "url": f"consent:{policy.value}", "version": policies.published(policy, at=now).first()}
        for policy in Policy
    ]
    return render(
        request,
        "consent/overview.html",
        {
            "asked": [row for row in found if row["f"].is_asked],
            "silent": [row for row in found if not row["f"].is_asked],
            "chart": _chart(found),
            "documents": documents,
            "packs": [
                {
                    "law": pack,
                    "is_own": pack == packs.of_shop(),
                    "quiet_channels": ", ".join(
                        purposes.channel_name(channel) for channel in sorted(pack.quiet_hours.channels)
                    )
                    if pack.quiet_hours
                    else "",
                }
                for pack in packs.every().values()
            ],
            "total": figures.known(),
            **frame.tabs(request, "overview"),
        },
    )


def _chart(found: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Marketing by channel; None before anybody was asked."""
    asked = [row for row in found if row["f"].purpose == "marketing" and row["f"].is_asked]
    if not asked:
        return None
    return {
        "type": "hstacked",
        "x": [row["channel"] for row in asked],
        "x_label": _("Channel"),
        "series": [
            {"name": _("Allowed"), "data": [row["f"].allowed for row in asked]},
            {"name": _("Not allowed"), "data": [row["f"].denied for row in asked]},
            {"name": _("Never asked"), "data": [row["f"].never_asked for row in asked], "compare": True},
        ],
    }
