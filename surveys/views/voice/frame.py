"""What the pages under `/voice/` share: their tabs.

A page renders a template that extends `voice/frame.html` and gives it `context(request, tab)`. A new tab is one line
here and a URL of that name.
"""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from cdp.core.views.access import staff_of

TABS = (
    ("reviews", _("Reviews"), "customers.view"),
    ("comments", _("Comments"), "surveys.view"),
    ("tickets", _("Tickets"), "customers.view"),
    ("interviews", _("Interviews"), "customers.view"),
    ("themes", _("Themes"), "surveys.view"),
    ("mentions", _("Mentions"), "surveys.view"),
)
"""URL name, label, and the capability that its page asks for. One that nothing answers yet is left out."""


def context(request: HttpRequest, tab: str) -> dict[str, Any]:
    """What `voice/frame.html` shows around a page that stands under `tab`."""
    user = staff_of(request)
    return {
        "voice_tabs": [
            {"label": label, "url": url, "active": name == tab}
            for name, label, capability in TABS
            if user.can(capability) and (url := _address(name))
        ],
    }


def _address(name: str) -> str:
    try:
        return reverse(f"voice:{name}")
    except NoReverseMatch:
        return ""
