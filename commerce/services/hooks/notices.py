"""What a store asks people of ours to look at: kept until somebody closes it.

Privacy requests must survive the keys of the hour, so what the store named is wrapped by the key ring; closing a notice
forgets it.
"""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from cdp.core import audit, ids
from cdp.core.actors import Actor
from cdp.core.crypto import index, ring
from cdp.core.models import Source
from commerce.hooks.facts import NoticeTold
from commerce.models import StoreNotice
from customers.rules import people
from customers.services import identity

DUE = timedelta(days=30)
"""How long a store gives us for a privacy request."""
PRIVACY = frozenset({StoreNotice.Kind.DATA_REQUEST, StoreNotice.Kind.CUSTOMER_REDACT, StoreNotice.Kind.SHOP_REDACT})


class UnableToClose(Exception):
    """There is no such open notice."""


class UnableToShow(Exception):
    """There is no such open notice, or it names nobody."""


def note(*, told: NoticeTold, source: Source, rules: people.Rules, now: datetime) -> None:
    """Keep a notice once; the same request told again changes nothing."""
    digest = index.lasting("commerce.store_notice", f"{source.key}\n{told.kind}\n{told.reference}")
    row = StoreNotice(
        id=ids.uuid7(),
        source=source,
        kind=told.kind,
        digest=digest,
        received_at=now,
        due_at=now + DUE if told.kind in PRIVACY else None,
        person_id=_known(told.person, source, rules),
    )
    if told.named:
        key_ring = ring.current()
        row.ring_key = key_ring.primary
        row.wrapped = key_ring.wrap(json.dumps(told.named).encode(), context=context(row.id))
    StoreNotice.objects.bulk_create([row], ignore_conflicts=True)


def named(notice: StoreNotice) -> Mapping[str, Any]:
    """What the store named; nothing once the notice is closed."""
    if not notice.wrapped:
        return {}
    text = ring.current().unwrap(bytes(notice.wrapped), ring_key=notice.ring_key, context=context(notice.id))
    found: Mapping[str, Any] = json.loads(text)
    return found


def reveal(*, notice: uuid.UUID, actor: Actor, now: datetime) -> None:
    """Write down that somebody is shown whom a notice names: it is the reason. Raises UnableToShow."""
    row = StoreNotice.objects.filter(id=notice, state=StoreNotice.State.OPEN).first()
    if row is None or not row.wrapped:
        raise UnableToShow
    customers = [row.person_id] if row.person_id else []
    reason = f"store notice: {row.kind}"
    with transaction.atomic():
        audit.looked(actor=actor, at=now, view="commerce:notice-show", customers=customers, reason=reason)
        audit.record(
            audit.Action.CONTACT_REVEALED,
            actor=actor,
            at=now,
            subject=notice,
            details={"kind": "email", "reason": reason},
        )


def close(*, notice: uuid.UUID, actor: Actor, now: datetime) -> None:
    """Somebody did what the notice asks for; what it named is forgotten. Raises UnableToClose."""
    closed = StoreNotice.objects.filter(id=notice, state=StoreNotice.State.OPEN).update(
        state=StoreNotice.State.CLOSED, closed_at=now, ring_key="", wrapped=None
    )
    if not closed:
        raise UnableToClose
    audit.record(audit.Action.STORE_NOTICE_CLOSED, actor=actor, at=now, subject=notice)


def _known(raw: Mapping[str, str], source: Source, rules: people.Rules) -> uuid.UUID | None:
    person, _ = people.clean(raw, rules)
    found = identity.find(person, source) if person.is_identified else []
    return found[0] if found else None


def context(notice: uuid.UUID) -> bytes:
    """The associated data of what a notice named."""
    return b"commerce.store_notice:" + notice.bytes
