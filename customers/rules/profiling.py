"""What to ask a customer next: one thing at a time, nothing twice, nothing too personal too soon.

Which questions there are and which of them are sensitive is decided here; in which order, from which trust on and
where they are asked is the shop's (`models.ProfileQuestion`). All of it plain values, so that the counter, the phone
and public forms ask by one rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from customers.rules.trust import Level

SENSITIVE_FROM = Level.KNOWN
"""What only somebody who bought here before is ever asked, whatever a shop sets."""
DECLINED_FOR = timedelta(days=365)
"""How long "rather not say" is respected before the question may come again."""
POSTPONED_FOR = timedelta(days=14)
SENSITIVE_PAUSE = timedelta(days=30)
"""Between two sensitive questions, however they were answered."""
NEW_FOR = timedelta(days=60)
"""Only somebody who has just come remembers how they heard of us."""


class Context(StrEnum):
    """Where somebody is asked."""

    COUNTER = "counter"
    PHONE = "phone"
    FORM = "form"


class Input(StrEnum):
    """How an answer is taken."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "tel"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to know. `fields` are those of a person it fills; `tag` is kept as a tag that begins like this."""

    key: str
    fields: Sequence[str] = ()
    input: Input = Input.TEXT
    is_sensitive: bool = False
    is_for_new: bool = False
    tag: str = ""


ITEMS: Mapping[str, Item] = MappingProxyType(
    {
        item.key: item
        for item in (
            Item("name", ("name",)),
            Item("phone", ("phone",), Input.PHONE),
            Item("email", ("email",), Input.EMAIL),
            Item("language", ("language",), Input.CHOICE),
            Item("heard", input=Input.CHOICE, is_for_new=True, tag="heard:"),
            Item("birth_date", ("birth_date",), Input.DATE),
            Item("interests", ("interests",), Input.CHOICES),
            Item("line_id", ("line_id",)),
            Item("address", ("street", "city", "province", "postcode")),
            Item("gender", ("gender",), Input.CHOICE),
            Item("chose", input=Input.CHOICE, tag="chose:"),
            Item("company", ("company", "job_title")),
            Item("occupation", ("occupation",), Input.CHOICE, is_sensitive=True),
            Item("children", ("children",), Input.CHOICE, is_sensitive=True),
            Item("education", ("education",), Input.CHOICE, is_sensitive=True),
            Item("income_band", ("income_band",), Input.CHOICE, is_sensitive=True),
        )
    }
)


class Reply(StrEnum):
    """What somebody said to a question."""

    TOLD = "told"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    POSTPONED = "postponed"


class Why(StrEnum):
    """What makes a question worth asking."""

    MISSING = "missing"
    STALE = "stale"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Setting:
    """How the shop wants one question asked. `stale_after` of None: what was told once stays right."""

    key: str
    position: int
    level: Level
    contexts: frozenset[str]
    stale_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known: whether anything is, since when at the latest, and whether it turned out not to work."""

    is_known: bool = False
    told_at: datetime | None = None
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """The last reply to a question."""

    reply: Reply
    at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question worth asking now."""

    key: str
    why: Why
    told_at: datetime | None = None


def level_needed(item: Item, setting: Setting) -> Level:
    """The trust from which a question may be asked: a shop may ask for more, never for less than what is decent."""
    return max(setting.level, SENSITIVE_FROM) if item.is_sensitive else setting.level


def wanted(
    settings: Sequence[Setting],
    *,
    facts: Mapping[str, Fact],
    said: Mapping[str, Said],
    level: Level,
    context: str,
    since: datetime,
    now: datetime,
) -> list[Wanted]:
    """The questions worth asking now, the most useful first.

    `facts` and `said` are by key; `since` is when the person was first written down. What does not work any more comes
    first, then the shop's order decides, whether the answer is missing or has grown old.
    """
    pauses = _was_asked_something_sensitive(said, now)
    found = []
    for setting in settings:
        item = ITEMS.get(setting.key)
        if item is None or context not in setting.contexts or level < level_needed(item, setting):
            continue
        if item.is_sensitive and pauses:
            continue
        why = _why(item, setting, facts.get(setting.key, Fact()), said.get(setting.key), since, now)
        if why is not None:
            told_at = facts[setting.key].told_at if why is not Why.MISSING else None
            found.append((why is not Why.BROKEN, setting.position, setting.key, Wanted(setting.key, why, told_at)))
    return [one for *_order, one in sorted(found, key=lambda entry: entry[:3])]


def _why(item: Item, setting: Setting, fact: Fact, said: Said | None, since: datetime, now: datetime) -> Why | None:
    if said is not None and _rests(said, now):
        return None
    if not fact.is_known:
        return None if item.is_for_new and now - since > NEW_FOR else Why.MISSING
    if fact.is_broken:
        return Why.BROKEN
    heard = [at for at in (fact.told_at, said.at if said and said.reply is not Reply.POSTPONED else None) if at]
    if setting.stale_after is None or not heard or now - max(heard) <= setting.stale_after:
        return None
    return Why.STALE


def _rests(said: Said, now: datetime) -> bool:
    pause = {Reply.DECLINED: DECLINED_FOR, Reply.POSTPONED: POSTPONED_FOR}.get(said.reply)
    return pause is not None and now - said.at < pause


def _was_asked_something_sensitive(said: Mapping[str, Said], now: datetime) -> bool:
    return any(
        now - one.at < SENSITIVE_PAUSE for key, one in said.items() if (item := ITEMS.get(key)) and item.is_sensitive
    )
