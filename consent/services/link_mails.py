"""A fresh link to the preference centre, by mail: for who asks for one, and for who gets one from staff."""

import datetime as dt
import uuid

import structlog
from django.db import transaction

from cdp.core import outbox
from consent.selectors import reach
from consent.services import links
from customers.rules import people as cleaning
from customers.selectors import identifiers
from customers.selectors.profiles import Kind

log = structlog.get_logger("consent")
KIND = "preferences-link"
MOST = 3
"""To one address in a day."""


class UnableToSend(Exception):
    """There is no address that works, or it got enough of these today."""


def send(*, email: str, language: str, at: dt.datetime) -> bool:
    """Send a link to that address if a customer holds it; whether one was put. Whoever asks is told the same."""
    person, faults = cleaning.clean({"email": email}, cleaning.Rules(region="", today=at.date()))
    if faults or not person.email:
        return False
    digest = identifiers.digest(Kind.EMAIL, person.email)
    owner = identifiers.owners([digest]).get(digest)
    if owner is None or _had_enough(person.email, "email", at):
        return False
    _put(owner, "email", person.email, language, at=at)
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
