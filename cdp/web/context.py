"""What every page's frame needs: the rail, the languages, the theme, the shop's name."""

from collections.abc import Sequence
from email.utils import parseaddr
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import is_valid_path
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from cdp.core import sources
from cdp.web import language

THEMES = ("light", "dark")
BAR = 4
"""Places in the bar of a phone, beside “More”."""


class Place(NamedTuple):
    """A room of the product in the rail. `capability` is what a role needs to see it (`cdp.core.access`)."""

    path: str
    icon: str
    label: str | Promise
    capability: str
    section: str
    parent: str = ""
    stays: bool = False  # also where its parent is not open


# The paths are promised by the public contract. A room that is not built yet has no URL and does not show.
PLACES = (
    Place("/", "home", _("Home"), "home", "main"),
    Place("/customers/", "customers", _("Customers"), "customers.view", "main"),
    Place("/companies/", "companies", _("Companies"), "customers.view", "main", "/customers/"),
    Place("/leads/", "leads", _("Leads"), "customers.view", "main", "/customers/"),
    Place("/segments/", "segments", _("Segments"), "segments", "main"),
    Place("/campaigns/", "campaigns", _("Campaigns"), "campaigns.view", "main"),
    Place("/surveys/", "surveys", _("Surveys"), "surveys.view", "main"),
    Place("/voice/", "voice", _("Voice"), "customers.view", "main", "/surveys/", stays=True),
    Place("/loyalty/", "loyalty", _("Loyalty"), "dashboard", "main"),
    Place("/insights/", "insights", _("Insights"), "dashboard", "main"),
    Place("/products/", "products", _("Products"), "dashboard", "main", "/insights/"),
    Place("/customers/pairs/", "arrow-merge", _("Possible duplicates"), "steward", "main", "/customers/"),
    Place("/forms/", "forms", _("Forms"), "customers.view", "main", "/customers/"),
    Place("/quality/", "quality", _("Quality"), "steward", "care"),
    Place("/consent/", "consent", _("Consent"), "campaigns.view", "care"),
    Place("/imports/", "imports", _("Imports"), "imports", "care"),
    Place("/exports/", "download", _("Exports"), "exports", "care"),
    Place("/hooks/", "plug", _("Stores and platforms"), "steward", "care"),
    Place("/events/", "activity", _("Tracking"), "steward", "care"),
    Place("/settings/", "settings", _("Settings"), "settings", "care"),
)
# A clerk works at the counter: those rooms come first. For everybody else they come last.
COUNTER_PLACES = (
    Place("/counter/", "counter", _("Counter"), "customers.edit", "counter"),
    Place("/phone/", "phone", _("Phone"), "customers.edit", "counter"),
    Place("/appointments/", "appointments", _("Appointments"), "customers.edit", "counter"),
    Place("/preorders/", "clock-hour-4", _("Pre-orders"), "customers.view", "counter"),
    Place("/warranties/", "certificate", _("Warranties"), "customers.view", "counter"),
)


@cache
def _exists(path: str) -> bool:
    """Whether some view answers that path. URL patterns do not change while a process lives."""
    return bool(is_valid_path(path))


def rail(path: str, user: Any) -> list[dict[str, Any]]:
    """The rail of `user` standing on `path`: `{url, icon, label, active, section, children: […]}` in display order."""
    clerk = getattr(user, "role", "") == "clerk"
    places = (*COUNTER_PLACES, *PLACES) if clerk else (*PLACES, *COUNTER_PLACES)
    items: dict[str, dict[str, Any]] = {}
    for place in places:
        if not _exists(place.path) or not user.can(place.capability):
            continue
        item: dict[str, Any] = {
            "url": place.path,
            "icon": place.icon,
            "label": place.label,
            "section": place.section,
            "active": path == "/" if place.path == "/" else path.startswith(place.path),
            "children": [],
        }
        parent = items.get(place.parent)
        if parent:
            parent["children"].append(item)
            parent["open"] = parent["active"] or parent.get("open") or item["active"] or place.stays
        else:
            items[place.path] = item
    return list(items.values())


def within_reach(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What of a rail stands in the bar at the bottom of a phone: its first places, and the counter in the last of them
    for whoever works there: nobody who serves a customer should have to look for it.
    """
    first = list(items[:BAR])
    counter = next((item for item in items[BAR:] if item["url"] == COUNTER_PLACES[0].path), None)
    return [*first[: BAR - 1], counter] if counter else first


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the frames in templates/staff.html and templates/public.html."""
    theme = request.COOKIES.get("cdp_theme", "")

    @cache  # the rail and the bar of one page
    def places() -> list[dict[str, Any]]:
        # Lazy: an error page must not ask the database who is looking, it may be the database that failed.
        user = getattr(request, "user", None)
        return rail(request.path, user) if user is not None and user.is_authenticated else []

    return {
        "shop_name": getattr(settings, "CDP_SHOP_NAME", "") or _("Our shop"),
        "shop_address": getattr(settings, "CDP_SHOP_ADDRESS", ""),
        "shop_url": settings.CDP_SHOP_URL,
        "shop_host": urlsplit(settings.CDP_SHOP_URL).netloc,
        "shop_email": _mailbox(),
        "theme": theme if theme in THEMES else "",
        "languages": language.OWN_NAMES,
        "rail": SimpleLazyObject(places),
        "bar": SimpleLazyObject(lambda: within_reach(places())),
        "source_names": SimpleLazyObject(sources.names),  # by key, for the filter `named`
    }


def _mailbox() -> str:
    """Where the shop's mail comes from; empty while it is still the one of the examples, which nobody reads."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return "" if address.endswith(("@example.com", "@example.org", "@example.net")) else address
