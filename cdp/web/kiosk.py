"""The shop's own tablet: a form that forgets everybody.

`?kiosk=1` or, for a tablet whose home language is not the shop's, `?kiosk=th`. The tablet comes back to an empty form
in its home language after the thanks and when nobody has touched it for a while. A tablet that staff handed over
(`cdp.web.handing`) is one whatever its address says.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

PLACE = "kiosk"
SESSION_KEY = "kiosk"
SURVEY = "survey:"
"""What the name of a form begins with where it is a survey."""
THANKS_SECONDS = 20
IDLE_SECONDS = 60
IDLE_SECONDS_WITHOUT_SCRIPT = 300
"""Without a script nobody can tell whether somebody is still typing."""


@dataclass(frozen=True, slots=True)
class Locked:
    """What the session of a tablet that was handed over holds: by whom, which form, and where the clerk goes on."""

    by: uuid.UUID
    form: str
    language: str
    back: str


@dataclass(frozen=True, slots=True)
class Kiosk:
    """How a tablet was set up."""

    mode: str
    home: str
    is_locked: bool = False

    def address(self, path: str, origin: Mapping[str, str]) -> str:
        """The empty form that the tablet comes back to."""
        return f"{path}?{urlencode({**origin, 'kiosk': self.mode, 'lang': self.home})}"

    def form_address(self, form: str) -> str:
        """The same by the name of the form, or of a survey (`survey:nps`), found on the tablet itself."""
        survey = survey_of(form)
        return self.address(reverse("ask:page", args=[survey]) if survey else reverse(f"web:{form}"), {"src": PLACE})

    @property
    def thanks_seconds(self) -> int:
        """How long the thanks stand."""
        return THANKS_SECONDS

    @property
    def idle_seconds(self) -> int:
        """How long an untouched form stands."""
        return IDLE_SECONDS

    @property
    def idle_seconds_without_script(self) -> int:
        """The same where no script looks after it."""
        return IDLE_SECONDS_WITHOUT_SCRIPT


def survey_of(form: str) -> str:
    """The survey that the name of a form stands for; empty where it is one of the shop's forms."""
    return form.removeprefix(SURVEY) if form.startswith(SURVEY) else ""


def locked(request: HttpRequest) -> Locked | None:
    """What a tablet that staff handed over is locked to; None for every other browser."""
    held = request.session.get(SESSION_KEY)
    return Locked(uuid.UUID(held["by"]), held["form"], held["language"], held["back"]) if held else None


def of(request: HttpRequest) -> Kiosk | None:
    """The tablet that a page is for; None for everybody's own device."""
    held = locked(request)
    if held is not None:
        return Kiosk(held.language, held.language, is_locked=True)
    mode = request.GET.get("kiosk", "")
    if mode in dict(settings.LANGUAGES):
        return Kiosk(mode, mode)
    return Kiosk("1", settings.LANGUAGE_CODE[:2]) if mode and mode != "0" else None
