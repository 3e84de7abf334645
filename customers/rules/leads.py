"""A lead as any door tells it, and how platforms' words for the same things read."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customers.rules.people import Person, plain

PLATFORMS: Mapping[str, str] = {
    "fb": "facebook",
    "facebook": "facebook",
    "meta": "facebook",
    "messenger": "facebook",
    "an": "facebook",
    "ig": "instagram",
    "instagram": "instagram",
    "li": "linkedin",
    "linkedin": "linkedin",
    "line": "line",
    "line oa": "line",
    "google": "google",
    "google ads": "google",
    "adwords": "google",
    "youtube": "google",
    "tiktok": "tiktok",
    "tik tok": "tiktok",
    "web": "web",
    "website": "web",
    "other": "other",
}
STATUSES: Mapping[str, str] = {
    "new": "new",
    "open": "new",
    "created": "new",
    "intake": "new",
    "contacted": "contacted",
    "working": "contacted",
    "in progress": "contacted",
    "qualified": "qualified",
    "won": "won",
    "converted": "won",
    "closed won": "won",
    "lost": "lost",
    "unqualified": "lost",
    "disqualified": "lost",
    "closed lost": "lost",
}
STATUS_CODES = ("new", "contacted", "qualified", "won", "lost")
MOST_ANSWERS = 60
LONGEST_QUESTION, LONGEST_ANSWER = 1000, 10_000
EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
TEXTS = {"form": 200, "form_id": 100, "campaign": 200, "campaign_id": 100, "ad": 200, "ad_id": 100}


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of a form and what was written."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class LeadInput:
    """A lead with the person it is about, standardised. `key` makes it one: the platform's own id where it has one."""

    person: Person
    platform: str
    key: str
    arrived_at: dt.datetime
    external_id: str = ""
    form: str = ""
    form_id: str = ""
    campaign: str = ""
    campaign_id: str = ""
    ad: str = ""
    ad_id: str = ""
    is_organic: bool | None = None
    answers: tuple[Answer, ...] = ()
    status: str = "new"


def platform(text: str) -> str:
    """The platform by any of its names; empty for one that is not known."""
    return PLATFORMS.get(" ".join(text.casefold().replace("_", " ").split()), "")


def status(text: str) -> str:
    """The status by any of its names; empty for one that is not known."""
    return STATUSES.get(" ".join(text.casefold().replace("_", " ").replace("-", " ").split()), "")


def answers(told: Mapping[str, str]) -> tuple[Answer, ...]:
    """Questions with their answers, each whole; empty answers say nothing, what `are_too_long` names is left out."""
    return tuple(one for one in _told(told) if _fits(one))[:MOST_ANSWERS]


def are_too_long(told: Mapping[str, str]) -> bool:
    """Whether any answer is longer than can be kept, or there are more of them."""
    found = _told(told)
    return len(found) > MOST_ANSWERS or not all(_fits(one) for one in found)


def texts(told: Mapping[str, Any]) -> dict[str, str]:
    """Form, campaign and ad by our names; one that is longer than its column is left out (see `longer`)."""
    found = {name: plain(str(told.get(name) or "")) for name in TEXTS}
    return {name: text if len(text) <= TEXTS[name] else "" for name, text in found.items()}


def longer(told: Mapping[str, Any]) -> dict[str, str]:
    """Form, campaign and ad that are longer than their columns, for a door that keeps them among the answers."""
    found = {name: plain(str(told.get(name) or "")) for name in TEXTS}
    return {name.replace("_", " "): text for name, text in found.items() if len(text) > TEXTS[name]}


def arrived(at: dt.datetime, *, now: dt.datetime) -> dt.datetime:
    """When it arrived; no clock of a platform puts it before there were any, or behind the present."""
    return min(max(at, EARLIEST), now)


def _lines(text: str) -> str:
    """What was written, with its lines and without signs that cannot be shown."""
    return "\n".join(filter(None, (plain(line) for line in text.splitlines()))).strip()


def _told(told: Mapping[str, str]) -> list[Answer]:
    found = (Answer(plain(question), _lines(answer)) for question, answer in told.items())
    return [one for one in found if one.question and one.answer]


def _fits(one: Answer) -> bool:
    return len(one.question) <= LONGEST_QUESTION and len(one.answer) <= LONGEST_ANSWER
