"""Breaches: the clock, what may be said of them, and the drafts that follow from it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent.rules.packs import BreachDuty, Pack

Text = str | Promise
WARN_AFTER = (24, 48, 60)
"""Hours after which whoever answers for privacy is reminded, as long as somebody who has to be told was not."""

DATA: Mapping[str, Text] = {
    "names": _("Names"),
    "contacts": _("E-mail addresses, phone numbers and accounts"),
    "addresses": _("Postal addresses"),
    "orders": _("Orders and amounts"),
    "behaviour": _("What people looked at and did"),
    "answers": _("Answers, reviews and conversations"),
    "birth": _("Dates of birth, gender and the like"),
    "special": _("Special categories, such as ethnicity"),
    "accounts": _("Log-ins and passwords of staff"),
}
CAUSES: Mapping[str, Text] = {
    "attack": _("Somebody broke in"),
    "misuse": _("Somebody inside looked or took without a reason"),
    "sent": _("Sent to the wrong person"),
    "lost": _("A device, a file or paper was lost"),
    "open": _("It could be seen by anybody"),
    "gone": _("Data was destroyed or changed"),
    "unknown": _("Not known yet"),
}


WATCH_OUT = _("Be careful with messages and calls that ask for passwords, codes or money in our name. We never do.")
RIGHTS = _(
    "You may ask which data we have about you, have it corrected or deleted, claim damages, and complain to the "
    "authority. Write to %(contact)s."
)


class Standing(StrEnum):
    """How it stands with the authority, or the customers, of one law."""

    TOLD = "told"
    LATE = "late"  # needed, or not known to be needed, and its time is over
    WAITS = "waits"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class Told:
    """That an authority was told: when, under which number, and whether its time was over."""

    at: dt.datetime
    reference: str
    is_late: bool


@dataclass(frozen=True)
class Authority:
    """The authority of one law, or its customers: what it wants, and how it stands."""

    duty: "Duty"
    told: Told | None
    standing: Standing

    @property
    def is_waiting(self) -> bool:
        """Whether it has to be told, or may have to be, and was not."""
        return self.standing in {Standing.WAITS, Standing.LATE}


@dataclass(frozen=True)
class Clock:
    """How a breach stands with its hours."""

    due_at: dt.datetime
    left: dt.timedelta
    share: float

    @property
    def is_over(self) -> bool:
        """Whether the hours have run out."""
        return self.left <= dt.timedelta(0)


def due(noticed_at: dt.datetime, *, hours: int) -> dt.datetime:
    """Until when the authority is told. Hours are hours: nights, week-ends and changes of the clock count."""
    return noticed_at.astimezone(dt.UTC) + dt.timedelta(hours=hours)


def clock(noticed_at: dt.datetime, due_at: dt.datetime, *, now: dt.datetime) -> Clock:
    """How much of the time is gone."""
    whole = (due_at - noticed_at).total_seconds()
    return Clock(due_at, due_at - now, min(max((now - noticed_at).total_seconds() / whole, 0.0), 1.0))


@dataclass(frozen=True)
class State:
    """What decides who has to be told: codes of the breach, how many people are on the list."""

    is_possible: bool
    risk: str
    people: int
    data: Sequence[str]
    cause: str
    # Of the people, how many stand under a law; all of them where it is not said.
    under: Mapping[str, int] = field(default_factory=dict)

    def of(self, law: str) -> "State":
        """What one law looks at: it counts its own people."""
        return replace(self, people=self.under.get(law, self.people))


@dataclass(frozen=True)
class Duty:
    """What one law wants of a breach now. `needed` None: it depends on what is not known yet. `due_at` None: without
    delay.
    """

    law: str
    audience: str
    citation: str
    needed: bool | None
    due_at: dt.datetime | None
    waits_for: str = ""


def soonest(laws: Sequence[Pack]) -> Pack:
    """Of the laws concerned, the shop's own first, the one that gives the fewest hours."""
    return min(laws, key=lambda law: law.deadlines.breach_hours)


def duties(laws: Sequence[Pack], state: State, *, noticed_at: dt.datetime) -> list[Duty]:
    """Whom each of these laws wants told. All hours run from when it was noticed: some laws would count from when it is
    certain, and nobody was ever fined for being early.
    """
    found = []
    for law in laws:
        for audience in ("authority", "people") if law.breach else ():
            rule: BreachDuty = getattr(law.breach, audience)
            needed, waits_for = _needed(rule, state.of(law.key))
            found.append(
                Duty(
                    law=law.key,
                    audience=audience,
                    citation=rule.citation,
                    needed=needed,
                    due_at=due(noticed_at, hours=rule.hours) if rule.hours else None,
                    waits_for=waits_for,
                )
            )
    return found


def standing(duty: Duty, told: Told | None, *, now: dt.datetime) -> Standing:
    """How it stands with one authority, or with the customers. What is not known yet waits like what is needed: its
    hours run as well.
    """
    if told is not None:
        return Standing.TOLD
    if duty.needed is False:
        return Standing.NOT_NEEDED
    return Standing.LATE if duty.due_at is not None and now > duty.due_at else Standing.WAITS


def _needed(rule: BreachDuty, state: State) -> tuple[bool | None, str]:
    """Whether the law wants it now, and what it waits for where nobody can say yet."""
    if state.is_possible and not rule.possible:
        return None, "certainty"
    if rule.when == "always":
        return True, ""
    if rule.when == "listed":
        listed = bool(rule.data & set(state.data)) or state.cause in rule.causes
        if listed or (rule.people and state.people >= rule.people):
            return True, ""
        if not state.people:
            return None, "people"
        if rule.causes and state.cause in {"", "unknown"}:
            return None, "cause"
        return (None, "data") if rule.data and not state.data else (False, "")
    if not state.risk:
        return None, "risk"
    return (state.risk == "high" or (state.risk == "risk" and rule.when == "risk")), ""


def warnings_due(noticed_at: dt.datetime, *, now: dt.datetime) -> int:
    """How many of the warnings should have been given by now."""
    hours = (now - noticed_at) / dt.timedelta(hours=1)
    return sum(1 for limit in WARN_AFTER if hours >= limit)


@dataclass(frozen=True)
class Facts:
    """What a draft is filled with, in its language; nothing in it is about a single person."""

    shop: str
    contact: str
    noticed_at: str
    period: str
    data: Sequence[str]
    cause: str
    story: str
    people: str
    is_possible: bool
    risk: str
    measures: Sequence[str]


def authority_draft(facts: Facts) -> tuple[str, str]:
    """Subject and text for an authority, in the language that is active."""
    sure, unsure = _("Breach of personal data at %(shop)s"), _("Possible breach of personal data at %(shop)s")
    lines = [
        _head(_("Who reports"), f"{facts.shop}, {facts.contact}"),
        _head(_("Noticed"), facts.noticed_at),
        _head(_("When it happened"), facts.period or str(_("Not known yet"))),
        _head(_("What happened"), f"{facts.cause}. {facts.story}".strip()),
        _head(_("Which data"), ", ".join(facts.data) or str(_("Not known yet"))),
        _head(_("How many people"), facts.people),
        _head(_("Likely consequences"), facts.risk or str(_("Being assessed"))),
        _head(_("What was done"), "\n".join(f"- {one}" for one in facts.measures) or str(_("Being worked on"))),
        str(_("What is not known yet is reported as soon as it is.")),
    ]
    return str(unsure if facts.is_possible else sure) % {"shop": facts.shop}, "\n\n".join(lines)


def people_draft(facts: Facts) -> tuple[str, str]:
    """Subject and text for the people concerned, in the language that is active: plain, and what they can do."""
    opening = (
        _(
            "Your data at %(shop)s may have been seen by somebody who should not have. We tell you now, while we "
            "still look into it."
        )
        if facts.is_possible
        else _("Your data at %(shop)s was seen, taken or lost by mistake or by an attack. We are sorry.")
    )
    lines = [
        str(opening) % {"shop": facts.shop},
        _head(_("What happened"), f"{facts.cause}. {facts.story}".strip()),
        _head(_("When"), facts.period or facts.noticed_at),
        _head(_("Which of your data"), ", ".join(facts.data) or str(_("Not known yet"))),
        _head(_("What it can lead to"), facts.risk or str(_("Being assessed"))),
        _head(_("What we have done"), "\n".join(f"- {one}" for one in facts.measures) or str(_("Being worked on"))),
        _head(
            _("What you can do"),
            str(WATCH_OUT),
        ),
        str(RIGHTS) % {"contact": facts.contact},
    ]
    return str(_("About your data at %(shop)s")) % {"shop": facts.shop}, "\n\n".join(lines)


def _head(title: Text, text: str) -> str:
    return f"{title}:\n{text}"
