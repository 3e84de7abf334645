"""The shop's own tablet: a form that forgets everybody.

`?kiosk=1` or, for a tablet whose home language is not the shop's, `?kiosk=th`. The tablet comes back to an empty form
in its home language after the thanks and when nobody has touched it for a while.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings

THANKS_SECONDS = 20
IDLE_SECONDS = 60
IDLE_SECONDS_WITHOUT_SCRIPT = 300
"""Without a script nobody can tell whether somebody is still typing."""


@dataclass(frozen=True, slots=True)
class Kiosk:
    """How a tablet was set up."""

    mode: str
    home: str

    def address(self, path: str, origin: Mapping[str, str]) -> str:
        """The empty form that the tablet comes back to."""
        return f"{path}?{urlencode({**origin, 'kiosk': self.mode, 'lang': self.home})}"

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


def of(parameters: Mapping[str, str]) -> Kiosk | None:
    """The tablet that an address is for; None for everybody's own device."""
    mode = parameters.get("kiosk", "")
    if mode in dict(settings.LANGUAGES):
        return Kiosk(mode, mode)
    return Kiosk("1", settings.LANGUAGE_CODE[:2]) if mode and mode != "0" else None
