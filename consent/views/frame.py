"""The tabs that the staff pages of this room share; each page names its own.

A page extends `consent/frame.html` and passes `**frame.tabs(request, "overview")`. A tab shows when its view exists and
the reader's role has its capability.
"""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cdp.core.views.access import staff_of


class Tab(NamedTuple):
    """One page of the room: its key, URL name, label, and what a role needs to see it (`cdp.core.access`)."""

    key: str
    url: str
    label: str | Promise
    capability: str


TABS = (
    Tab("overview", "consent:overview", _("Overview"), "campaigns.view"),
    Tab("requests", "consent:request-list", _("Requests"), "consent.manage"),
    Tab("purposes", "consent:purpose-list", _("Purposes"), "consent.manage"),
    Tab("documents", "consent:document-list", _("Documents"), "consent.manage"),
    Tab("register", "consent:register", _("Processing register"), "consent.manage"),
    Tab("ledger", "consent:ledger", _("Ledger"), "consent.manage"),
    Tab("retention", "consent:retention", _("Retention"), "consent.manage"),
    Tab("minimisation", "consent:minimisation", _("Unused fields"), "consent.manage"),
    Tab("breaches", "consent:breach-list", _("Breaches"), "consent.manage"),
    Tab("access", "consent:access-log", _("Who looked"), "access_log"),
    Tab("sealing", "consent:sealing", _("Encryption"), "consent.manage"),
)


def tabs(request: HttpRequest, current: str) -> dict[str, Any]:
    """What `consent/frame.html` needs: the tabs that this reader may open, with `current` marked."""
    items = []
    for tab in TABS:
        try:
            url = reverse(tab.url)
        except NoReverseMatch:
            continue
        if staff_of(request).can(tab.capability):
            items.append({"url": url, "label": tab.label, "active": tab.key == current, "count": None})
    return {"room_tabs": items}
