"""A fresh link to the preference centre, by mail: for who asks for one, and for who gets one from staff."""

import datetime as dt
import uuid

import structlog
from django.db import transaction

from cdp.core import outbox
from consent.selectors import reach
from consent.services import links
from customers.selectors import identifiers, lineage
from customers.selectors.profiles import Kind

log = structlog.get_logger("consent")
KIND = "preferences-link"
_KINDS = {"email": Kind.EMAIL, "sms": Kind.PHONE}
MOST = 3
"""To one address in a day."""


class UnableToSend(Exception):
    """There is no address that works, or it got enough of these today."""


def send(*, address: str, language: str, at: dt.datetime, channel: str = "email") -> bool:
    """Send a link to that address (standardised) if one customer holds it; whether one was put. Whoever asks is told
    the same. A phone that several people share opens nobody's settings.
    """
    digest = identifiers.digest(_KINDS[channel], address)
    holders = set(lineage.standing(identifiers.holders([digest])).values())
    if len(holders) != 1 or _had_enough(address, channel, at):
        return False
    _put(holders.pop(), channel, address, language, at=at)
    return True


def send_to(customer: uuid.UUID, *, at: dt.datetime) -> str:
    """Send a link to somebody's own address, at the wish of staff; the masked address. Raises UnableToSend."""
    way = reach.ways([customer]).get(customer)
    if way is None or _had_enough(way.address, way.channel, at):
        raise UnableToSend
    _put(customer, way.channel, way.address, way.language, at=at)
    return way.masked


def _had_enough(address: str, channel: str, at: dt.datetime) -> bool:
    return outbox.recent(address=address, channel=channel, kinds=[KIND], since=at - dt.timedelta(days=1)) >= MOST


def _put(customer: uuid.UUID, channel: str, address: str, language: str, *, at: dt.datetime) -> None:
    with transaction.atomic():
        outbox.put(
            outbox.Draft(
                kind=KIND,
                customer=customer,
                channel=channel,
                address=address,
                key=f"{KIND}:{at.isoformat()}",
                language=language,
                data={"url": links.preferences_url(customer=customer, at=at)},
                valid_until=at + dt.timedelta(days=2),
            ),
            at=at,
        )
