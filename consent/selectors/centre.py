"""What somebody's preference centre shows: every box with its words, what was recorded, how often, and by which name
they are known there.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext

from consent.models import Channel, ContactWish
from consent.rules import preferences as rules
from consent.rules.ledger import EXPIRED, YES
from consent.rules.wishes import Wish
from consent.selectors import jurisdiction, ledger, purposes, wishes
from customers.models import Customer
from customers.selectors import lineage, profiles

ENTRIES = 50


@dataclass(frozen=True)
class Group:
    """One purpose with its words and the boxes of its channels."""

    key: str
    name: str
    description: str
    options: Sequence["Box"]

    @property
    def is_asked_again(self) -> bool:
        """Whether one of its boxes had a "yes" that counts no more."""
        return any(box.is_asked_again for box in self.options)


@dataclass(frozen=True)
class Box:
    """One box as it is drawn."""

    name: str
    channel: str
    label: str
    is_on: bool
    needs_guardian: bool
    is_asked_again: bool  # there was a "yes", and it counts no more


@dataclass(frozen=True)
class Entry:
    """One line of what was recorded."""

    at: dt.datetime
    what: str
    channel: str
    is_yes: bool
    said: str
    how: str


@dataclass(frozen=True)
class Centre:
    """Everything on the page. `is_child`: some or all of it only a guardian may allow.
    `needs_guardian` are those purposes.
    """

    person: Customer
    masked: str
    groups: Sequence[Group]
    options: Sequence[rules.Option]
    words: Mapping[str, str]
    wish: Wish
    entries: Sequence[Entry]
    is_child: bool
    needs_guardian: frozenset[str]


def of(customer: uuid.UUID, *, language: str, now: dt.datetime) -> Centre | None:
    """The centre of who stands for that id; None where nobody does."""
    profile = profiles.one(customer, shown=False)
    if profile is None:
        return None
    person = profile.customer
    law = jurisdiction.of_person(person)
    wording = purposes.offered(language)
    said = list(ledger.states([person.id]))
    outdated = ledger.outdated(said, at=now)
    states = {
        (one.purpose, one.channel): (False, EXPIRED)
        if (one.purpose, one.channel) in outdated
        else (one.is_granted, one.status)
        for one in said
    }
    options = rules.options(
        {purpose.key: purpose.channels for purpose in wording},
        law=law,
        states=states,
        kinds={contact.kind for contact in profile.contacts},
        country=person.country or person.phone_country or settings.CDP_SHOP_COUNTRY,
    )
    needs_guardian = frozenset(
        purpose.key for purpose in wording if not law.may_alone(purpose.key, born=person.birth_date, today=now.date())
    )
    groups, words = [], {}
    for purpose in wording:
        mine = [option for option in options if option.purpose == purpose.key]
        if not mine:
            continue
        boxes = []
        for option in mine:
            boxes.append(
                Box(
                    option.name,
                    option.channel,
                    purposes.box_label(option.channel),
                    option.is_on,
                    purpose.key in needs_guardian,
                    not option.is_on and states.get((option.purpose, option.channel), (False, ""))[1] == EXPIRED,
                )
            )
            words[option.name] = purposes.box_words(purpose, option.channel)
        groups.append(Group(purpose.key, purpose.name, purpose.description, boxes))
    shown = profile.email_contact or profile.phone_contact
    return Centre(
        person=person,
        masked=shown.masked if shown else "",
        groups=groups,
        options=options,
        words=words,
        wish=wishes.of(person.id),
        entries=_entries(person.id, language),
        is_child=bool(needs_guardian),
        needs_guardian=needs_guardian,
    )


def _entries(customer: uuid.UUID, language: str) -> list[Entry]:
    names = purposes.names(language)
    return [
        Entry(
            at=record.at,
            what=names.get(record.purpose, record.purpose),
            channel="" if record.channel == Channel.ANY else purposes.channel_name(record.channel),
            is_yes=record.status in YES,
            said=ledger.word(record),
            how=_how(record.method),
        )
        for record in ledger.history(lineage.of(customer)).defer("evidence")[:ENTRIES]
    ]


def _how(method: str) -> str:
    return {
        "form": gettext("in a form"),
        "preferences": gettext("on this page"),
        "unsubscribe": gettext("by a link in a message"),
        "tracking": gettext("on the website"),
        "gpc": gettext("by your browser's signal"),
        "import": gettext("taken over from an earlier system"),
        "guardian": gettext("by your guardian"),
    }.get(method, gettext("told to us"))


def languages() -> list[tuple[str, str]]:
    """Codes and own names of the languages we write in."""
    own = {"en": "English", "th": "ไทย", "ko": "한국어"}
    return [(code, own.get(code, code)) for code, _name in settings.LANGUAGES]


def frequencies() -> dict[str, str]:
    """How often one can want to hear from us, in words."""
    return {value: str(label) for value, label in ContactWish.Frequency.choices}
