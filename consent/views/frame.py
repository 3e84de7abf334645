"""The places of this room, which all its staff pages lead to; each page names its own.

A page extends `consent/frame.html` and passes `**frame.tabs(request, "overview")`. They stand in three groups, because
eleven in a row are cut off on a phone and read by nobody. A place shows when its view exists and the reader's role has
its capability; a group, when one of its places shows.
"""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cdp.core.models import User
from cdp.core.views.access import staff_of


class Tab(NamedTuple):
    """One page of the room: its key, URL name, label, and what a role needs to see it (`cdp.core.access`)."""

    key: str
    url: str
    label: str | Promise
    capability: str


class Group(NamedTuple):
    """Pages that belong together; its link leads to the first that the reader may open."""

    label: str | Promise
    tabs: tuple[Tab, ...]


GROUPS = (
    Group(
        _("What people allow"),
        (
            Tab("overview", "consent:overview", _("Overview"), "campaigns.view"),
            Tab("purposes", "consent:purpose-list", _("Purposes"), "consent.manage"),
            Tab("documents", "consent:document-list", _("Documents"), "consent.manage"),
            Tab("ledger", "consent:ledger", _("Ledger"), "consent.manage"),
        ),
    ),
    Group(
        _("Requests and breaches"),
        (
            Tab("requests", "consent:request-list", _("Requests"), "consent.manage"),
            Tab("breaches", "consent:breach-list", _("Breaches"), "consent.manage"),
            Tab("stores", "commerce:stores", _("Stores"), "consent.manage"),  # what stores pass on of their customers
            Tab("access", "consent:access-log", _("Who looked"), "access_log"),
        ),
    ),
    Group(
        _("Rules and safeguards"),
        (
            Tab("register", "consent:register", _("Processing register"), "consent.manage"),
            Tab("retention", "consent:retention", _("Retention"), "consent.manage"),
            Tab("minimisation", "consent:minimisation", _("Unused fields"), "consent.manage"),
            Tab("sealing", "consent:sealing", _("Encryption"), "consent.manage"),
        ),
    ),
)


def tabs(request: HttpRequest, current: str) -> dict[str, Any]:
    """What `consent/frame.html` needs: the groups and places that this reader may open, with `current` marked."""
    staff = staff_of(request)
    groups = []
    for group in GROUPS:
        places = [place for tab in group.tabs if (place := _place(staff, tab, current))]
        if places:
            here = next((place for place in places if place["active"]), None)
            groups.append({"label": group.label, "url": places[0]["url"], "places": places, "here": here})
    return {
        "room_groups": groups,
        "room_here": next((group for group in groups if group["here"]), None),
        "room_is_large": sum(len(group["places"]) for group in groups) > 1,
    }


def _place(user: User, tab: Tab, current: str) -> dict[str, Any] | None:
    if not user.can(tab.capability):
        return None
    try:
        return {"url": reverse(tab.url), "label": tab.label, "active": tab.key == current}
    except NoReverseMatch:
        return None
