"""A campaign as JSON, checked and turned into plain frozen values.

Everything that is wrong is reported at once, each with its JSON pointer (RFC 6901), so that a form can mark the place
and a REST client can find it. What a campaign needs only to be switched on is judged in `activation`.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

ACTIVITIES = ("order", "visit", "login")
CLOCKS = ("live", "manual")
KINDS = ("inactive", "never_ordered", "points_expiring", "manual")
CHANNELS = ("email",)

# Named in the contract, built later: the answer says so instead of pretending that the word is a typing mistake.
TRIGGERS_TO_COME = {
    "abandoned_cart",
    "viewed_not_bought",
    "birthday",
    "appointment",
    "low_nps",
    "entered_segment",
    "back_in_stock",
    "warranty_end",
    "holiday",
}
STEPS_TO_COME = {"wait", "branch", "split", "award", "survey", "task", "update", "webhook", "exit"}
CHANNELS_TO_COME = {"sms", "line", "kakao", "webhook", "push", "post", "phone"}

LONGEST_NAME = 120
LONGEST_SUBJECT = 400
LONGEST_BODY = 100_000
MOST_DAYS = 3650
MOST_POINTS = 1_000_000_000
ENDING_DAYS = 30
"""How far ahead a message looks for points that end, where its trigger does not say."""
MOST_STEPS = 10
PARTS = ("name", "purpose", "trigger", "audience", "steps")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong and where."""

    pointer: str
    detail: str


class InvalidDefinition(Exception):
    """The JSON is no campaign; `problems` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.pointer}: {problem.detail}" for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Inactive:
    """No such activity for more than `days` days, counted in whole days of the shop's time zone."""

    days: int
    activity: str = "order"
    clock: str = "live"
    kind: str = field(default="inactive", init=False)


@dataclass(frozen=True)
class NeverOrdered:
    """Signed up more than `days` days ago and never ordered."""

    days: int
    clock: str = "live"
    kind: str = field(default="never_ordered", init=False)


@dataclass(frozen=True)
class PointsExpiring:
    """At least `minimum` points end today or in the next `days` days of the shop's time zone. Told once for all that
    ends in these days.
    """

    days: int
    minimum: int = 1
    clock: str = "live"
    kind: str = field(default="points_expiring", init=False)


@dataclass(frozen=True)
class Manual:
    """Everybody in the audience, once, when somebody runs the triggers."""

    clock: str = field(default="manual", init=False)
    kind: str = field(default="manual", init=False)


Trigger = Inactive | NeverOrdered | PointsExpiring | Manual


def days_ahead(trigger: Trigger) -> int:
    """How many days ahead its messages look for points that end."""
    return trigger.days if isinstance(trigger, PointsExpiring) else ENDING_DAYS


@dataclass(frozen=True)
class MessageStep:
    """One message. Subject and body are Liquid templates per language."""

    channel: str
    subject: Mapping[str, str]
    body: Mapping[str, str]
    kind: str = field(default="message", init=False)

    def languages(self) -> list[str]:
        """The languages that have both a subject and a body, in the order written."""
        return [language for language in self.subject if language in self.body]


@dataclass(frozen=True)
class Definition:
    """A whole campaign. `audience` is a segment rule tree, judged by the segment compiler; None is not yet said."""

    name: str
    purpose: str
    trigger: Trigger
    audience: Mapping[str, Any] | None
    steps: tuple[MessageStep, ...]


def parse(raw: Any) -> Definition:
    """The definition in `raw`. Raises InvalidDefinition with every problem found."""
    found: list[Problem] = []
    if not isinstance(raw, Mapping):
        raise InvalidDefinition([Problem("", _("A campaign is a JSON object."))])
    if not _storable(raw):
        raise InvalidDefinition([Problem("", _("Some text holds characters that are no text."))])
    _refuse_unknown(raw, PARTS, "", found)
    name = _name(raw.get("name"), found)
    purpose = raw.get("purpose", "marketing")
    if not isinstance(purpose, str) or not purpose:
        found.append(Problem("/purpose", _("The purpose is a word such as “marketing”.")))
    trigger = _trigger(raw.get("trigger"), found)
    audience = raw.get("audience")
    if audience is not None and not isinstance(audience, Mapping):
        found.append(Problem("/audience", _("The audience is a rule such as {example}.").format(example='{"all": []}')))
    steps = _steps(raw.get("steps"), found)
    if found or trigger is None:
        raise InvalidDefinition(found)
    return Definition(name=name, purpose=purpose, trigger=trigger, audience=audience, steps=steps)


def as_json(definition: Definition) -> dict[str, Any]:
    """The definition as the contract writes it; `parse` of it gives the same definition."""
    trigger = definition.trigger
    written: dict[str, Any] = {"kind": trigger.kind}
    if not isinstance(trigger, Manual):
        written |= {"days": trigger.days, "clock": trigger.clock}
    if isinstance(trigger, Inactive):
        written["activity"] = trigger.activity
    if isinstance(trigger, PointsExpiring):
        written["minimum"] = trigger.minimum
    return {
        "name": definition.name,
        "purpose": definition.purpose,
        "trigger": written,
        "audience": _plain(definition.audience),
        "steps": [
            {
                "kind": step.kind,
                "channel": step.channel,
                "template": {"subject": dict(step.subject), "body": dict(step.body)},
            }
            for step in definition.steps
        ],
    }


def _storable(value: Any) -> bool:
    """Whether every text in it can be kept: no lone surrogate, no NUL: JSON writes them, no table holds them."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= mark <= "\udfff" for mark in value)
    if isinstance(value, Mapping):
        return all(_storable(name) and _storable(inner) for name, inner in value.items())
    if isinstance(value, list | tuple):
        return all(map(_storable, value))
    return True


def _plain(value: Any) -> Any:
    """The rules with numbers as JSON has them; a request's are exact decimals."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _name(raw: Any, found: list[Problem]) -> str:
    text = raw.strip() if isinstance(raw, str) else ""
    if not text:
        found.append(Problem("/name", _("Give the campaign a name.")))
    elif len(text) > LONGEST_NAME:
        found.append(Problem("/name", _("The name is longer than {most} characters.").format(most=LONGEST_NAME)))
    elif any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        found.append(Problem("/name", _("The name holds a control character.")))
    return text


def _trigger(raw: Any, found: list[Problem]) -> Trigger | None:
    if not isinstance(raw, Mapping):
        example = '{"kind": "inactive", "days": 90}'
        found.append(
            Problem("/trigger", _("Say what sets the campaign off, such as {example}.").format(example=example))
        )
        return None
    kind = raw.get("kind")
    if kind == "inactive":
        _refuse_unknown(raw, ("kind", "days", "activity", "clock"), "/trigger", found)
        activity = raw.get("activity", "order")
        _one_of(activity, ACTIVITIES, (), "/trigger/activity", found)
        return Inactive(days=_days(raw, found), activity=str(activity), clock=_clock(raw, found))
    if kind == "never_ordered":
        _refuse_unknown(raw, ("kind", "days", "clock"), "/trigger", found)
        return NeverOrdered(days=_days(raw, found), clock=_clock(raw, found))
    if kind == "points_expiring":
        _refuse_unknown(raw, ("kind", "days", "minimum", "clock"), "/trigger", found)
        return PointsExpiring(days=_days(raw, found), minimum=_minimum(raw, found), clock=_clock(raw, found))
    if kind == "manual":
        _refuse_unknown(raw, ("kind", "clock"), "/trigger", found)
        if raw.get("clock", "manual") != "manual":
            found.append(Problem("/trigger/clock", _("This trigger runs only when somebody starts it.")))
        return Manual()
    _one_of(kind, KINDS, TRIGGERS_TO_COME, "/trigger/kind", found)
    return None


def _days(raw: Mapping[str, Any], found: list[Problem]) -> int:
    days = raw.get("days")
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        found.append(Problem("/trigger/days", _("Give whole days from 1 to {most}.").format(most=MOST_DAYS)))
        return 0
    return days


def _minimum(raw: Mapping[str, Any], found: list[Problem]) -> int:
    points = raw.get("minimum", 1)
    if isinstance(points, Decimal) and points == points.to_integral_value():
        points = int(points)
    if isinstance(points, bool) or not isinstance(points, int) or not 1 <= points <= MOST_POINTS:
        found.append(Problem("/trigger/minimum", _("Give whole points from 1 to {most}.").format(most=MOST_POINTS)))
        return 1
    return points


def _clock(raw: Mapping[str, Any], found: list[Problem]) -> str:
    clock = raw.get("clock", "live")
    _one_of(clock, CLOCKS, (), "/trigger/clock", found)
    return str(clock)


def _steps(raw: Any, found: list[Problem]) -> tuple[MessageStep, ...]:
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        found.append(Problem("/steps", _("A campaign needs at least one message.")))
        return ()
    if len(raw) > MOST_STEPS:
        found.append(Problem("/steps", _("A campaign has at most {most} steps.").format(most=MOST_STEPS)))
        return ()
    steps = [_step(step, f"/steps/{position}", found) for position, step in enumerate(raw)]
    return tuple(step for step in steps if step)


def _step(raw: Any, place: str, found: list[Problem]) -> MessageStep | None:
    if not isinstance(raw, Mapping):
        found.append(Problem(place, _("A step is a JSON object.")))
        return None
    if raw.get("kind") != "message":
        _one_of(raw.get("kind"), ("message",), STEPS_TO_COME, f"{place}/kind", found)
        return None
    _refuse_unknown(raw, ("kind", "channel", "template"), place, found)
    channel = raw.get("channel")
    _one_of(channel, CHANNELS, CHANNELS_TO_COME, f"{place}/channel", found)
    template = raw.get("template")
    if not isinstance(template, Mapping):
        found.append(Problem(f"{place}/template", _("Give the subject and the body of the message.")))
        return None
    _refuse_unknown(template, ("subject", "body"), f"{place}/template", found)
    subject = _texts(template.get("subject"), f"{place}/template/subject", LONGEST_SUBJECT, found)
    body = _texts(template.get("body"), f"{place}/template/body", LONGEST_BODY, found)
    if subject and body and not set(subject) & set(body):
        found.append(Problem(f"{place}/template", _("No language has both a subject and a body.")))
    return MessageStep(channel=str(channel), subject=subject, body=body)


def _texts(raw: Any, place: str, longest: int, found: list[Problem]) -> dict[str, str]:
    if not isinstance(raw, Mapping) or not raw:
        example = '{"en": "…"}'
        found.append(Problem(place, _("Give the text per language, such as {example}.").format(example=example)))
        return {}
    texts = {}
    for language, text in raw.items():
        spot = f"{place}/{_escaped(str(language))}"
        if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
            found.append(Problem(spot, _("This is no language code such as “en”.")))
        elif not isinstance(text, str) or not text.strip():
            found.append(Problem(spot, _("The text is empty.")))
        elif len(text) > longest:
            found.append(Problem(spot, _("The text is longer than {most} characters.").format(most=longest)))
        else:
            texts[language] = text
    return texts


def _one_of(value: Any, known: Sequence[str], to_come: Any, place: str, found: list[Problem]) -> None:
    if isinstance(value, str) and value in known:
        return
    if isinstance(value, str) and value in to_come:
        found.append(Problem(place, _("“{value}” is not available yet.").format(value=value)))
        return
    found.append(Problem(place, _("Must be one of: {known}.").format(known=", ".join(known))))


def _refuse_unknown(raw: Mapping[str, Any], known: Sequence[str], place: str, found: list[Problem]) -> None:
    found.extend(
        Problem(f"{place}/{_escaped(str(name))}", _("This property is not known.")) for name in raw if name not in known
    )


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
