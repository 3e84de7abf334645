"""What comes back of mails: a mailbox that is gone, and somebody who marked a mail as spam or says so to staff.

A complaint is a word of the person: a refusal of all advertising by e-mail in the ledger, with what was told as its
evidence. It is one about the address, so everybody who is recognised by it is asked no more. A mailbox that is gone for
good (a hard bounce) says nothing of anybody's will: it is closed, and the gate names that as its reason.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction

from cdp.core import pipeline
from cdp.core.actors import Actor
from consent.models import Channel, ConsentState
from consent.rules.ledger import REFUSALS
from consent.selectors import purposes
from consent.services import grants
from consent.services.objecting import ADVERTISING
from customers.rules import emails
from customers.rules.unreadable import Unreadable
from customers.selectors import identifiers, profiles
from customers.services import reach, standing

METHOD = "complaint"
AHEAD = grants.AHEAD


class Kind(StrEnum):
    """What came back."""

    COMPLAINT = "complaint"
    HARD_BOUNCE = "hard_bounce"


@dataclass(frozen=True)
class Taken:
    """How many people it is about, and how many refusals were written because of it."""

    people: int = 0
    refusals: int = 0
    closed: bool = False


def take(
    *,
    email: str,
    kind: Kind,
    source: str,
    actor: Actor,
    at: dt.datetime,
    now: dt.datetime,
    evidence: Mapping[str, Any] | None = None,
) -> Taken:
    """What a provider told of an address; nothing for one that nobody has. The same told again writes nothing new.

    `at` is when it came back, `evidence` JSON-ready, without personal values. Raises Unreadable for no address.
    """
    address = emails.normalise(email)
    with transaction.atomic():
        people = identifiers.holders([identifiers.digest("email", address)])
        if not people:
            return Taken()
        if kind == Kind.HARD_BOUNCE:
            news = [
                reach.set_open(customer=one, kind="email", value=address, is_open=False, at=at, now=now)
                for one in people
            ]
            return Taken(people=len(people), closed=any(news))
        return _refuse(people, source=source, actor=actor, at=min(at, now), now=now, evidence=evidence)


def told_to_staff(*, customer: uuid.UUID, source: str, actor: Actor, now: dt.datetime, words: str = "") -> Taken:
    """The same, as the person says it at the counter, on the phone or in a letter: of their address, and of themselves
    where we have none.
    """
    profile = profiles.one(customer, shown=False)
    evidence = {"told_to": "staff", **({"words": words} if words else {})}
    found = Taken()
    if profile is not None and profile.email:
        try:
            found = take(
                email=profile.email, kind=Kind.COMPLAINT, source=source, actor=actor, at=now, now=now, evidence=evidence
            )
        except Unreadable:
            found = Taken()
    with transaction.atomic():
        own = _refuse([customer], source=source, actor=actor, at=now, now=now, evidence=evidence)
    return Taken(people=max(found.people, own.people), refusals=found.refusals + own.refusals)


def _refuse(
    people: Collection[uuid.UUID],
    *,
    source: str,
    actor: Actor,
    at: dt.datetime,
    now: dt.datetime,
    evidence: Mapping[str, Any] | None,
) -> Taken:
    here = sorted(set(standing.hold(people).values()))
    refused = set(
        ConsentState.objects.filter(
            customer_id__in=here, channel=Channel.EMAIL, status__in=REFUSALS, purpose__in=ADVERTISING
        ).values_list("customer_id", "purpose")
    )
    offered = purposes.channels()
    rows = [
        grants.GrantRow(
            customer=one,
            purpose=purpose,
            channel=Channel.EMAIL,
            granted=False,
            at=at,
            source=source,
            method=METHOD,
            evidence={"about": METHOD, **(evidence or {})},
        )
        for one in here
        for purpose in sorted(ADVERTISING)
        if Channel.EMAIL in offered.get(purpose, ()) and (one, purpose) not in refused
    ]
    counts = grants.record_many(rows, actor=actor, now=now, lane=pipeline.INTERACTIVE)
    return Taken(people=len(here), refusals=counts.written)
