"""Giving members their card on a phone, sending its address, and ending it."""

import secrets
import uuid
from datetime import datetime, timedelta

from django.db import transaction

from cdp.core import audit, ids, outbox
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from consent.selectors import reach
from customers.selectors import lineage
from customers.services import profiles, standing
from loyalty.models import Card, CardKey, Member
from loyalty.selectors import cards as reading
from loyalty.services import members

KIND = "member-card"
MOST = 3
"""Letters with the address of a card to one address in a day."""
LASTS = timedelta(days=7)
"""For how long a letter that could not be delivered is still worth sending."""


class UnableToGive(Exception):
    """Nobody of that id takes part."""


class UnableToSend(Exception):
    """There is no address that works, or it got enough of these today."""


def give(*, customer: uuid.UUID, actor: Actor, now: datetime, source: str = "") -> str:
    """The secret of somebody's card: the one they have, else that of a new one. Raises UnableToGive."""
    with transaction.atomic():
        owner = _member(customer)
        known = reading.of(owner)
        secret = reading.secret_of(known) if known else ""
        return secret or _make(owner, actor=actor, now=now, source=source)


def renew(*, customer: uuid.UUID, actor: Actor, now: datetime, source: str = "") -> str:
    """End every card that somebody has and give a new one; its secret. Raises UnableToGive."""
    with transaction.atomic():
        owner = _member(customer)
        _end(owner, actor=actor, now=now)
        return _make(owner, actor=actor, now=now, source=source)


def end(*, customer: uuid.UUID, actor: Actor, now: datetime) -> bool:
    """End every card that somebody has; whether there was one."""
    with transaction.atomic():
        owner = standing.hold([customer]).get(customer)
        if owner is None:
            return False
        standing.queue([owner])
        return _end(owner, actor=actor, now=now)


def send(*, customer: uuid.UUID, actor: Actor, now: datetime, source: str = "") -> str:
    """Send somebody the address of their card, to the way of contact their profile holds, and nowhere else; that
    address masked. Raises UnableToGive and UnableToSend.
    """
    with transaction.atomic():
        owner = _member(customer)
        way = way_to(owner)
        if way is None or _had_enough(way, now):
            raise UnableToSend
        secret = give(customer=owner, actor=actor, now=now, source=source)
        outbox.put(
            outbox.Draft(
                kind=KIND,
                customer=owner,
                channel=way.channel,
                address=way.address,
                key=f"{KIND}:{now.isoformat()}",
                language=way.language,
                data={"url": reading.url(secret)},
                valid_until=now + LASTS,
            ),
            at=now,
        )
    return way.masked


def way_to(customer: uuid.UUID) -> reach.Way | None:
    """Where the address of somebody's card can be sent."""
    return reach.ways([customer]).get(customer)


def _had_enough(way: reach.Way, now: datetime) -> bool:
    since = now - timedelta(days=1)
    return outbox.recent(address=way.address, channel=way.channel, kinds=[KIND], since=since) >= MOST


def _member(customer: uuid.UUID) -> uuid.UUID:
    """Who stands for that id and takes part, behind their lock. Raises UnableToGive."""
    owner = standing.hold([customer]).get(customer)
    if owner is None:
        raise UnableToGive
    standing.queue([owner])
    if not Member.objects.filter(customer_id=owner, left_at=None).exists():
        raise UnableToGive
    return owner


def _make(owner: uuid.UUID, *, actor: Actor, now: datetime, source: str) -> str:
    try:
        members.number(customer=owner, actor=actor, now=now)  # who joined with thousands has none yet
    except profiles.UnableToEdit as unable:
        raise UnableToGive from unable
    secret, row = secrets.token_urlsafe(32), ids.uuid7()
    digest = reading.digest(secret)
    sealed = subjects.load([owner]).seal(secret, customer=owner, table=reading.TABLE, column="secret", row=row)
    Card.objects.create(id=row, customer_id=owner, secret=sealed, secret_digest=digest, made_at=now, source=source)
    CardKey.objects.create(digest=digest, customer_id=owner, card_id=row)
    audit.record(audit.Action.CARD_GIVEN, actor=actor, at=now, customer=owner, subject=row)
    return secret


def _end(owner: uuid.UUID, *, actor: Actor, now: datetime) -> bool:
    rows = list(Card.objects.filter(customer_id__in=lineage.of(owner)))
    CardKey.objects.filter(digest__in=[bytes(row.secret_digest) for row in rows]).delete()
    for row in rows:
        Card.objects.filter(customer_id=row.customer_id, id=row.id).delete()
        audit.record(audit.Action.CARD_ENDED, actor=actor, at=now, customer=owner, subject=row.id)
    return bool(rows)
