"""What the pages under `/loyalty/` share: their tabs, and how a wallet's content is called.

A page renders a template that extends `loyalty/frame.html` and gives it `context(request, tab)`. A new tab is one line
here and a URL of that name.
"""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core.views.access import staff_of

TABS = (
    ("overview", _("Overview"), "dashboard"),
    ("members", pgettext_lazy("loyalty", "Members"), "customers.view"),
    ("programme", _("Programme"), "dashboard"),
    ("rewards", _("Rewards"), "dashboard"),
    ("personal", _("Personal offers"), "dashboard"),
    ("draws", _("Prize draws"), "dashboard"),
    ("referrals", _("Friends brought"), "customers.view"),
    ("staff", pgettext_lazy("report", "By staff"), "steward"),
)
"""URL name, label, and the capability that its page asks for. One that nothing answers yet is left out."""


def context(request: HttpRequest, tab: str) -> dict[str, Any]:
    """What `loyalty/frame.html` shows around a page that stands under `tab`."""
    user = staff_of(request)
    return {
        "loyalty_tabs": [
            {"label": label, "url": url, "active": name == tab}
            for name, label, capability in TABS
            if user.can(capability) and (url := address(name))
        ],
        "may_edit_programme": user.can("loyalty.edit"),
    }


def address(name: str, *args: object) -> str:
    """The path of a page of this room; empty for one that is not there."""
    try:
        return reverse(f"loyalty:{name}", args=args)
    except NoReverseMatch:
        return ""
