"""What the pages under `/voice/` share: their tabs.

A page renders a template that extends `voice/frame.html` and gives it `context(request, tab)`. A new tab is one line
here and a URL of that name.
"""

import uuid
from typing import Any, TypeVar

from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from cdp.core.views.access import staff_of

Row = TypeVar("Row", bound=Model)

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


def pressed(request: HttpRequest, model: type[Row]) -> Row | None:
    """The row whose *Change* was pressed (`?edit=`); None where there is none."""
    try:
        wanted = uuid.UUID(request.GET.get("edit", ""))
    except ValueError:
        return None
    return model._default_manager.filter(pk=wanted).first()


def _address(name: str) -> str:
    try:
        return reverse(f"voice:{name}")
    except NoReverseMatch:
        return ""
