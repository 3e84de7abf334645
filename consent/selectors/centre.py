"""What somebody's preference centre shows: every box with its words, what was recorded, how often, and by which name
they are known there.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext

from cdp.core import spoken
from consent.models import ContactWish
from consent.rules import gate
from consent.rules import preferences as rules
from consent.rules.jurisdiction import Law
from consent.rules.ledger import EXPIRED
from consent.rules.packs import Basis
from consent.rules.wishes import Wish
from consent.selectors import acts, jurisdiction, laws, ledger, purposes, restrictions, wishes
from customers.models import Customer
from customers.selectors import profiles


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

    @property
    def ended_by(self) -> str:
        """Why that is (`gate.BY_MEANING` …), where it is the same for all of them; else empty."""
        causes = {box.ended_by for box in self.options if box.is_asked_again}
        return causes.pop() if len(causes) == 1 else ""

    @property
    def reasons(self) -> list[str]:
        """Why something of it is done without a word, each once."""
        return list(dict.fromkeys(box.rests_on for box in self.options if box.rests_on))


@dataclass(frozen=True)
class Box:
    """One box as it is drawn. `rests_on` says why something is done that nobody was asked for; then the box is the
    objection to it.
    """

    name: str
    channel: str
    label: str
    is_on: bool
    needs_guardian: bool
    is_asked_again: bool  # there was a "yes", and it counts no more
    rests_on: str = ""
    ended_by: str = ""  # why that "yes" counts no more


@dataclass(frozen=True)
class Centre:
    """Everything on the page. `is_child`: some or all of it only a guardian may allow.
    `needs_guardian` are those purposes. `words` of each option as the person reads it, `guardian_words` as theirs does.
    """

    person: Customer
    masked: str
    groups: Sequence[Group]
    options: Sequence[rules.Option]
    words: Mapping[str, str]
    guardian_words: Mapping[str, str]
    wish: Wish
    acts: Sequence[acts.Act]
    is_child: bool
    needs_guardian: frozenset[str]
    is_restricted: bool

    @property
    def for_guardian(self) -> list[rules.Option]:
        """What only a guardian may allow, and nobody has."""
        return [
            one
            for one in self.options
            if one.purpose in self.needs_guardian and one.basis is Basis.CONSENT and not one.is_on
        ]


def of(customer: uuid.UUID, *, language: str, now: dt.datetime) -> Centre | None:
    """The centre of who stands for that id; None where nobody does."""
    profile = profiles.one(customer, shown=False)
    if profile is None:
        return None
    person = profile.customer
    law = jurisdiction.of_person(person)
    said = list(ledger.states([person.id]))
    wording = purposes.offered(language, also={one.purpose for one in said if one.is_granted})
    outdated = ledger.outdated(said, at=now)
    states = {
        (one.purpose, one.channel): (False, EXPIRED)
        if (one.purpose, one.channel) in outdated
        else (one.is_granted, one.status)
        for one in said
    }
    lapsed = purposes.lapsed_before(now)
    ended_by = {
        (one.purpose, one.channel): one.ended_by
        if one.status == EXPIRED
        else gate.BY_TIME
        if one.purpose in lapsed and one.at < lapsed[one.purpose]
        else gate.BY_MEANING
        for one in said
    }
    options = rules.options(
        {purpose.key: purpose.channels for purpose in wording},
        law=law,
        states=states,
        kinds={str(contact.kind) for contact in profile.contacts} | ({"post"} if profile.places else set()),
        country=person.country or person.phone_country or settings.CDP_SHOP_COUNTRY,
        needs_guardian=lambda purpose, channel: _is_child(person, law, purpose, channel, now),
    )
    needs_guardian = frozenset(
        purpose.key for purpose in wording if not law.may_alone(purpose.key, born=person.birth_date, today=now.date())
    )
    groups, words, guardian_words = [], {}, {}
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
                    purpose.key in needs_guardian and option.basis is Basis.CONSENT,
                    not option.is_on and states.get((option.purpose, option.channel), (False, ""))[1] == EXPIRED,
                    _reason(law, option),
                    ended_by.get((option.purpose, option.channel), ""),
                )
            )
            words[option.name] = purposes.box_words(purpose, option.channel)
            guardian_words[option.name] = purposes.words_for_guardian(purpose, option.channel)
        groups.append(Group(purpose.key, purpose.name, purpose.description, boxes))
    shown = profile.email_contact or profile.phone_contact
    return Centre(
        person=person,
        masked=shown.masked if shown else "",
        groups=groups,
        options=options,
        words=words,
        guardian_words=guardian_words,
        wish=wishes.of(person.id),
        acts=acts.of(person.id, language=language, shown={(option.purpose, option.channel) for option in options}),
        is_child=bool(needs_guardian),
        needs_guardian=needs_guardian,
        is_restricted=bool(restrictions.restricted([person.id], at=now)),
    )


def _is_child(person: Customer, law: Law, purpose: str, channel: str, now: dt.datetime) -> bool:
    """Whether the gate would ask for a guardian, also where others are asked for nothing."""
    born = person.birth_date
    return born is not None and born > gate.asks(law, purpose=purpose, channel=channel, at=now).born_by


def _reason(law: Law, option: rules.Option) -> str:
    """On what it rests where that is no word of the person; empty where it is."""
    if option.basis is Basis.CONSENT:
        return ""
    pack = law.asking(option.purpose, option.channel)
    cited = pack.citation_of(option.basis)
    found = laws.find(pack, cited)
    law_name = ", ".join(filter(None, (gettext(pack.name), found.article if found else "")))
    if not option.is_on:
        return gettext("You did not agree or you objected, so we do not do this.")
    if option.basis is Basis.CONTRACT:
        return gettext("We do this because it belongs to what you order or ask us for (%(law)s).") % {"law": law_name}
    return gettext(
        "We do this because of our legitimate interest in serving you well (%(law)s). Nobody asked you for a yes, and"
        " you may object."
    ) % {"law": law_name}


def languages() -> list[tuple[str, str]]:
    """Codes and own names of the languages we write in."""
    return [(code, spoken.OWN_NAMES.get(code, code)) for code, _name in settings.LANGUAGES]


def frequencies() -> dict[str, str]:
    """How often one can want to hear from us, in words."""
    return {value: str(label) for value, label in ContactWish.Frequency.choices}
