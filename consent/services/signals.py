"""What visitors say of being measured, on the website itself, as a statement of the person they turn out to be.

Every call of a browser repeats it, so it is written once and again only when it changes. Whoever holds a public write
key can say it in anybody's name, therefore a "yes" of a website takes back no "no" but the website's own; a "no" counts
from everywhere. A child allows nothing alone.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from cdp.core import pipeline
from cdp.core.actors import CUSTOMER
from consent.models import ConsentRecord, ConsentState
from consent.rules.ledger import EXPIRED
from consent.selectors import jurisdiction, policies, purposes
from consent.services import grants
from customers.models import Customer, Status

MEASUREMENT, CHANNEL, METHOD = "measurement", "any", "tracking"


@dataclass(frozen=True, slots=True)
class Word:
    """A "yes" or "no" to being measured that a call of somebody told; `call` is its message id."""

    customer: uuid.UUID
    granted: bool
    at: dt.datetime
    source: str
    call: str
    shown: str = ""  # the version of the question that was answered


@dataclass(frozen=True, slots=True)
class _Standing:
    granted: bool
    at: dt.datetime
    source: str  # of the website that said it; empty where it was said elsewhere


def hear(words: Sequence[Word], *, now: dt.datetime) -> int:
    """Write each word of somebody known that changes what stood before it; how many were written. In a transaction.

    The same few statements however many words, and one where nothing changes. Words of visitors nobody knows yet are
    not kept: their next call after they are known tells it again.
    """
    if not words:
        return 0
    stands = _standing({word.customer for word in words})
    news: list[Word] = []
    for word in sorted(words, key=lambda one: (one.at, one.granted, one.call)):
        before = stands.get(word.customer)
        if before is not None and (before.granted is word.granted or word.at <= before.at):
            continue
        if before is not None and word.granted and before.source != word.source:
            continue
        stands[word.customer] = _Standing(word.granted, word.at, word.source)
        news.append(word)
    if not news or CHANNEL not in purposes.channels().get(MEASUREMENT, ()):
        return 0
    people = Customer.objects.filter(id__in={word.customer for word in news}, status=Status.KNOWN)
    known = dict(people.values_list("id", "birth_date"))
    laws = jurisdiction.of_customers(known)
    version = policies.current_version("privacy", at=now)
    rows = [
        grants.GrantRow(
            customer=word.customer,
            purpose=MEASUREMENT,
            channel=CHANNEL,
            granted=word.granted,
            at=min(word.at, now),
            source=word.source,
            method=METHOD,
            policy_version=version,
            evidence={
                "call": word.call,
                "told": {MEASUREMENT: word.granted},
                **({"banner": word.shown} if word.shown else {}),
            },
        )
        for word in news
        if word.customer in known
        and (
            not word.granted
            or laws[word.customer].may_alone(MEASUREMENT, born=known[word.customer], today=word.at.date())
        )
    ]
    if not rows:
        return 0
    return grants.record_many(rows, actor=CUSTOMER, now=now, lane=pipeline.INTERACTIVE).written


def _standing(customers: set[uuid.UUID]) -> dict[uuid.UUID, _Standing]:
    """What stands of each, with the website of the statement where a website told it."""
    states = ConsentState.objects.filter(customer_id__in=customers, purpose=MEASUREMENT, channel=CHANNEL)
    states = states.exclude(status=EXPIRED)  # nobody refused: whatever is said next is news
    found = {
        row: (granted, at, record)
        for row, granted, at, record in states.values_list("customer_id", "is_granted", "at", "record_id")
    }
    told = ConsentRecord.objects.filter(
        customer_id__in=[row for row, (granted, _at, _record) in found.items() if not granted],
        id__in=[record for granted, _at, record in found.values() if not granted],
        method=METHOD,
    )
    sources = dict(told.values_list("customer_id", "source")) if any(not one[0] for one in found.values()) else {}
    return {row: _Standing(granted, at, sources.get(row, "")) for row, (granted, at, _record) in found.items()}


def _evidence(word: Word) -> dict[str, object]:
    found: dict[str, object] = {"call": word.call, "told": {MEASUREMENT: word.granted}}
    return {**found, "banner": word.shown} if word.shown else found
