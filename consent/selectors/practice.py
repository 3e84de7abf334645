"""What this installation does with data now, read from what is set and declared: beside the register, which people
write, so that both can be held against each other and neither says what nobody does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from cdp.core.models import Webhook
from cdp.core.retention import Term
from consent.models import Channel, Purpose
from consent.selectors import purposes, retention

MOST = 200


@dataclass(frozen=True)
class Line:
    """One thing that is done: what, how, and whether it waits for somebody."""

    name: str
    how: str
    is_waiting: bool = False


def asked_for(language: str) -> Sequence[Line]:
    """The purposes in use and by which ways people are asked."""
    names = purposes.names(language)
    return [
        Line(
            names[row.key],
            ", ".join(purposes.channel_name(channel) for channel in row.channels if channel != Channel.ANY),
        )
        for row in Purpose.objects.filter(is_active=True)
    ]


def recipients(language: str) -> Sequence[Line]:
    """Other systems that are told something, by the host they stand on, and for which purpose; at most MOST."""
    names = purposes.names(language)
    return [
        Line(
            f"{row.name} ({urlsplit(row.url).hostname or '–'})",
            _("%(purpose)s: %(events)s")
            % {"purpose": names.get(row.purpose, row.purpose), "events": ", ".join(row.events)},
        )
        for row in Webhook.objects.filter(is_active=True, disabled_at__isnull=True).order_by("name", "id")[:MOST]
    ]


def kept() -> Sequence[tuple[str, Term | None, bool]]:
    """What each kind of data is called, its term (None: as long as it is needed), and whether it waits for approval."""
    return [(str(one.kind.label), one.term, not one.is_in_force) for one in retention.rulings()]
