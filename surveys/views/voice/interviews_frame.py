"""What the pages under `/voice/interviews/` share: the choice between talks, guides, quotes and testimonials."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cdp.core.views.access import staff_of
from customers.selectors import profiles
from surveys.models import Participant
from surveys.selectors.interviews import talks
from surveys.views.voice import frame

PARTS = (
    ("interviews", pgettext_lazy("interviews", "Talks"), "customers.view"),
    ("guides", gettext_lazy("Guides"), "customers.view"),
    ("quotes", gettext_lazy("Quotes"), "customers.reveal"),
    ("testimonials", gettext_lazy("Testimonials"), "customers.view"),
)


def context(request: HttpRequest, part: str) -> dict[str, Any]:
    """What `voice/interviews_frame.html` shows around a page that stands under `part`."""
    user = staff_of(request)
    return {
        **frame.context(request, "interviews"),
        "parts": [
            {"label": label, "url": reverse(f"voice:{name}"), "active": name == part}
            for name, label, capability in PARTS
            if user.can(capability)
        ],
    }


def names(customers: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, Any]:
    """The profiles of these people, for their names."""
    wanted = sorted({one for one in customers if one is not None})
    return profiles.opened(wanted, with_places=False) if wanted else {}


def sees_contacts(request: HttpRequest) -> bool:
    """Whether who looks sees ways of contact in full, and with them the accounts of people without a name."""
    return staff_of(request).can("customers.reveal")


def named(profile: profiles.Profile | None, *, in_full: bool) -> str:
    """What a person is called in a line of text."""
    return (profile.called(in_full=in_full) if profile else "") or _("No name yet")


def called(row: Participant, people: dict[uuid.UUID, Any], *, of: int, in_full: bool) -> str:
    """What somebody in a talk is called: by name or account, or by their seat."""
    who = talks.owner(row)
    if who is None:
        return _("Nameless") if of == 1 else _("Nameless, seat %(seat)d") % {"seat": row.seat}
    return named(people.get(who), in_full=in_full)
