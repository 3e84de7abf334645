"""What staff see of a person at once, at the counter and on the phone: who, how to speak, what was, what is open."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from cdp.core import open_things
from cdp.core.crypto import subjects
from cdp.core.open_things import OpenThing
from commerce.models import Order, OrderLine
from commerce.selectors import orders
from consent.models import ConsentState
from consent.rules.ledger import REFUSALS
from consent.selectors import ledger
from customers.models import Customer
from customers.rules import places, tags
from customers.rules.profiling import Context
from customers.selectors import history, profiles, questions
from customers.selectors.profiles import Kind, Profile
from customers.selectors.questions import Standing

ORDERS, LINES = 3, 3
REACHED_BY = (Kind.PHONE, Kind.EMAIL, Kind.LINE)


@dataclass(frozen=True, slots=True)
class Bought:
    """An order in a line: the first few articles, and how many more there are."""

    order: Order
    lines: Sequence[OrderLine]
    more: int


@dataclass(frozen=True, slots=True)
class Glance:
    """One person at one look."""

    profile: Profile
    lineage: Sequence[uuid.UUID]
    keyring: subjects.Keyring
    language: str
    language_name: str
    contacts: Sequence[profiles.Contact]
    bought: Sequence[Bought]
    open_things: Sequence[OpenThing]
    states: Sequence[ConsentState]
    standing: Standing
    tags: Sequence[str]

    @property
    def may_call(self) -> str:
        """What was said about offers by phone: granted, denied or none. Calls about an order need no permission."""
        said = {state.channel: state for state in self.states if state.purpose == "marketing"}.get("phone")
        if said is None:
            return "none"
        if said.is_granted:
            return "granted"
        return "denied" if said.status in REFUSALS else "none"


def of(row: Customer, *, context: Context, now: datetime) -> Glance:
    """Everything about a known row. About a dozen statements, each by this customer."""
    subject = history.subject(row.id)
    profile = profiles.one(row, keyring=subject.keyring)
    assert profile is not None, "the row is there"  # noqa: S101
    reader = get_language() or "en"
    bought = orders.of_customer(subject.lineage, limit=ORDERS)
    lines = orders.lines_of(bought)
    return Glance(
        profile=profile,
        lineage=subject.lineage,
        keyring=subject.keyring,
        language=questions.language_of(profile),
        language_name=places.language_name(row.language, reader) if row.language else "",
        contacts=[contact for kind in REACHED_BY if (contact := profile.contact(kind))],
        bought=[Bought(order, lines[order.id][:LINES], max(0, len(lines[order.id]) - LINES)) for order in bought],
        open_things=open_things.of(subject.lineage),
        states=list(ledger.states([row.id])),
        standing=questions.standing(profile, context=context, lineage=subject.lineage, now=now),
        tags=[tags.shown(tag) for tag in row.tags],
    )
