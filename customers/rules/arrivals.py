"""What the address of a form tells of where somebody came from: `?src=qr-counter&utm_campaign=may`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

CAMPAIGN = ("source", "medium", "campaign", "term", "content")
LONGEST = 80
LONGEST_PLACE = 60
_PLACE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_SAFE = re.compile(r"""[^@<>"'\\{}\x00-\x1f\x7f]+""")
_MANY_DIGITS = re.compile(r"\d[\d .\-]{6,}")


@dataclass(frozen=True, slots=True)
class Origin:
    """`place` is the shop's own word for where the address was found; `campaign` are the UTM parameters."""

    place: str = ""
    campaign: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """The same as parameters of an address."""
        named = {"src": self.place} if self.place else {}
        return named | {f"utm_{name}": value for name, value in self.campaign.items()}


def read(given: Mapping[str, str]) -> Origin:
    """Place and campaign from the parameters of an address.

    Anybody can write anything there, and mail tools write addresses of people: what does not look like a name of a
    campaign (an @, a long number, signs of markup) is left out.
    """
    place = given.get("src", "").strip().lower()
    if len(place) > LONGEST_PLACE or not _PLACE.fullmatch(place) or _MANY_DIGITS.search(place):
        place = ""
    campaign = {}
    for name in CAMPAIGN:
        value = " ".join(given.get(f"utm_{name}", "").split())
        if value and len(value) <= LONGEST and _SAFE.fullmatch(value) and not _MANY_DIGITS.search(value):
            campaign[name] = value
    return Origin(place, campaign)
