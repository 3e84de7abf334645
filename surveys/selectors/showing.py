"""A page of a questionnaire as somebody sees it: its questions worded, their options drawn, what was chosen so far.

Questions and options whose condition does not hold now come along as well, marked: the script shows them as soon as it
does, without asking us. Without a script they are left out, and asked for in a second showing of the page.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from consent.selectors import purposes
from surveys.rules import drawing, sent
from surveys.rules.conditions import telling, tree
from surveys.rules.conditions.judging import Answer
from surveys.rules.flow import Prepared, Route
from surveys.rules.kinds import (
    Ces,
    Consent,
    Contact,
    Csat,
    Date,
    Emoji,
    Matrix,
    Multiple,
    Nps,
    Poll,
    Question,
    Ranking,
    YesNo,
)
from surveys.rules.kinds.choices import Chosen
from surveys.rules.kinds.scales import Scale
from surveys.selectors.wording import text

WIDEST_ROW = 11
"""Points of a scale that stand in one row also on a phone."""
MOST_BUTTONS = 20
"""A longer scale is a field for a number."""


_TYPES = {"email": "email", "phone": "tel"}
_FILLED = {
    "name": "name",
    "email": "email",
    "phone": "tel",
    "street": "street-address",
    "city": "address-level2",
    "province": "address-level1",
    "postcode": "postal-code",
    "company": "organization",
    "job_title": "organization-title",
}
"""What a browser may fill in (HTML's own names); the others it leaves alone."""


@dataclass(frozen=True)
class Choice:
    """One thing to choose: an option, a point of a scale, a picture. `words` are those of an "other"."""

    key: str
    text: str
    is_chosen: bool = False
    is_exclusive: bool = False
    is_other: bool = False
    words: str = ""
    words_name: str = ""
    when: Any = None
    is_shown: bool = True
    image: str = ""

    @property
    def condition(self) -> str:
        """For whom it is there, as the script reads it."""
        return "" if self.when is None else json.dumps(self.when)


@dataclass(frozen=True)
class Line:
    """One line of a matrix or one place of a ranking: a choice of its own."""

    name: str
    text: str
    chosen: str = ""


@dataclass(frozen=True)
class Asked:
    """One question. `value` is the answer so far where it is a text; `faults` what was wrong with it."""

    question: Question
    kind: str
    name: str
    text: str
    help: str
    spoken: str
    value: str
    faults: tuple[str, ...]
    is_shown: bool
    when: Any
    wordings: tuple[Any, ...]
    choices: tuple[Choice, ...] = ()
    lines: tuple[Line, ...] = ()
    low: str = ""
    high: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def template(self) -> str:
        """A template for each kind."""
        return f"surveys/ask/kinds/{self.kind}.html"

    @property
    def condition(self) -> str:
        """When it is shown, as the script reads it."""
        return "" if self.when is None else json.dumps(self.when)

    @property
    def other_words(self) -> str:
        """How it is worded for whom, as the script reads it."""
        return json.dumps(self.wordings, ensure_ascii=False) if any(when for when, _text in self.wordings) else ""

    @property
    def is_quick(self) -> bool:
        """Whether one touch answers it: alone on a page, that touch leads on."""
        return isinstance(self.question, Scale | YesNo | Poll) and len(self.choices) > 0

    @property
    def missing(self) -> str:
        """Nothing or the mark of a question that may be left out."""
        return "" if self.question.required else _("optional")


@dataclass(frozen=True)
class Shown:
    """A page: its questions, and what the conditions in it must know of earlier ones."""

    key: str
    title: str
    asked: tuple[Asked, ...]
    known: Mapping[str, Any]
    at: int
    count: int

    @property
    def listing(self) -> str:
        """What stands on it, for the form to tell when it comes back."""
        return listing(self.asked)

    @property
    def earlier(self) -> str:
        """What conditions ask about earlier pages, as the script reads it."""
        return json.dumps(self.known, ensure_ascii=False)

    def brought(self, stood: frozenset[str]) -> tuple[Asked, ...]:
        """Of its questions those that did not stand there before, or not with all their options."""
        return tuple(one for one in self.asked if one.is_shown and not stood.issuperset(listing([one]).split()))

    @property
    def is_first(self) -> bool:
        """Whether something is said before it."""
        return self.at == 0

    @property
    def is_alone(self) -> bool:
        """Whether one touch answers all of it."""
        return len(self.asked) == 1 and self.asked[0].is_quick


def listing(asked: Sequence[Asked]) -> str:
    """The questions that are shown, and of their options those with a condition."""
    names = []
    for one in asked:
        if one.is_shown:
            names.append(one.question.key)
            names += [f"{one.question.key}.{c.key}" for c in one.choices if c.when is not None and c.is_shown]
    return " ".join(names)


def page(
    prepared: Prepared,
    route: Route,
    key: str,
    *,
    values: Mapping[str, Any],
    faults: Mapping[str, Sequence[str]],
    secret: str,
    language: str,
    is_spoken: bool = False,
) -> Shown:
    """The page with that key on this way; the first one where it is not on it. `values` are JSON values, valid or not;
    `secret` draws the order of options; `is_spoken`: staff read it aloud.
    """
    at = next((n for n, step in enumerate(route.steps) if step.page.key == key), 0)
    step = route.steps[at]
    shown = {question.key for _pointer, question in step.questions}
    asked, named = [], set()
    for q, question in enumerate(step.page.questions):
        pointer = f"{step.pointer}/questions/{q}"
        one = _Reading(prepared, route.known, pointer, question, values.get(question.key), secret, language)
        told = one.asked(faults=faults.get(question.key, ()), is_shown=question.key in shown)
        asked.append(replace(told, text=told.spoken) if is_spoken and told.spoken and not told.wordings else told)
        named |= one.named
    here = {question.key for question in step.page.questions}
    known = {
        name: telling.answer(route.known[name])
        for name in sorted(named)
        if name in route.known and name.partition(".")[0] not in here
    }
    return Shown(step.page.key, text(step.page.title, language), tuple(asked), known, at, len(route.steps))


class _Reading:
    """One question with all that its page needs of it."""

    def __init__(
        self,
        prepared: Prepared,
        known: Mapping[str, Answer],
        pointer: str,
        question: Question,
        value: Any,
        secret: str,
        language: str,
    ) -> None:
        self.prepared, self.known, self.pointer, self.question = prepared, known, pointer, question
        self.value, self.secret, self.language = value, secret, language
        self.named: set[str] = set()

    def asked(self, *, faults: Sequence[str], is_shown: bool) -> Asked:
        question, say = self.question, functools.partial(text, language=self.language)
        low, high = (say(question.low), say(question.high)) if isinstance(question, Scale) else ("", "")
        if isinstance(question, Scale) and not (low or high):
            low, high = _ends(question)
        return Asked(
            question=question,
            kind=_kind(question),
            name=sent.name(question.key),
            text=say(self.prepared.words(self.pointer, question, self.known)),
            help=say(question.help),
            spoken=say(question.spoken),
            value=self.value if isinstance(self.value, str) else "" if self.value is None else str(self.value),
            faults=tuple(faults),
            is_shown=is_shown,
            when=self._when(f"{self.pointer}/when"),
            wordings=tuple(
                [self._when(f"{self.pointer}/wordings/{n}/when"), say(wording.text)]
                for n, wording in enumerate(question.wordings)
            )
            + (([None, say(question.text)],) if question.wordings else ()),
            choices=self._choices(say),
            lines=self._lines(say),
            low=low,
            high=high,
            details=self._details(),
        )

    def _when(self, pointer: str) -> Any:
        condition = self.prepared.conditions.get(pointer)
        if condition is None:
            return None
        self.named.update(tree.questions(condition))
        return telling.told(condition)

    def _choices(self, say: Any) -> tuple[Choice, ...]:
        match self.question:
            case Chosen() as question:
                return self._options(question, say)
            case Poll() as question:
                pictures = {picture.key: picture for picture in question.pictures}
                return tuple(
                    Choice(key, say(pictures[key].text), key == self.value, image=pictures[key].image)
                    for key in drawing.order(self.secret, question)
                )
            case Scale() as question:
                lowest, highest = question.ends()
                if highest - lowest >= MOST_BUTTONS:
                    return ()
                faces = _faces(highest) if isinstance(question, Emoji) else {}
                return tuple(
                    Choice(str(number), faces.get(number, str(number)), str(number) == str(self.value))
                    for number in range(lowest, highest + 1)
                )
            case YesNo() as question:
                chosen = "yes" if self.value in question.TRUE else "no" if self.value in question.FALSE else ""
                words = {"yes": _("I like it"), "no": _("I don’t like it")}
                if _kind(question) == "yes_no":
                    words = {"yes": _("Yes"), "no": _("No")}
                return tuple(Choice(key, word, key == chosen) for key, word in words.items())
            case _:
                return ()

    def _options(self, question: Chosen, say: Any) -> tuple[Choice, ...]:
        offered = self.prepared.offered(self.pointer, question, self.known)
        numbers = {option.key: n for n, option in enumerate(question.options)}
        given = _given(self.value)
        found = []
        for key in drawing.order(self.secret, question):
            option = question.options[numbers[key]]
            found.append(
                Choice(
                    key,
                    say(option.text),
                    key in given,
                    is_exclusive=option.exclusive,
                    is_other=option.other,
                    words=given.get(key, ""),
                    words_name=sent.name(question.key, key, "words"),
                    when=self._when(f"{self.pointer}/options/{numbers[key]}/when"),
                    is_shown=key in offered,
                )
            )
        return tuple(found)

    def _lines(self, say: Any) -> tuple[Line, ...]:
        question = self.question
        if isinstance(question, Matrix):
            given = self.value if isinstance(self.value, dict) else {}
            return tuple(
                Line(sent.name(question.key, line.key), say(line.text), str(given.get(line.key) or ""))
                for line in question.lines
            )
        if isinstance(question, Ranking):
            placed = list(_given(self.value)) if isinstance(self.value, list) else []
            return tuple(
                Line(
                    sent.name(question.key, str(place)),
                    _("Place %(number)d") % {"number": place},
                    placed[place - 1] if place <= len(placed) else "",
                )
                for place in range(1, question.places + 1)
            )
        return ()

    def _details(self) -> dict[str, Any]:
        match self.question:
            case Consent() as question:
                return _permission(question, self.language)
            case Multiple() as question:
                return {"hint": _how_many(question)}
            case Contact() as question:
                return {"type": _TYPES.get(question.field, "text"), "autocomplete": _FILLED.get(question.field, "on")}
            case Date() as question:
                return {"earliest": question.earliest or "", "latest": question.latest or ""}
            case Scale() as question:
                lowest, highest = question.ends()
                return {"lowest": lowest, "highest": highest, "is_wide": highest - lowest >= WIDEST_ROW}
            case _:
                return {}


def _kind(question: Question) -> str:
    return str(question.__struct_config__.tag)


def _given(value: Any) -> dict[str, str]:
    """The chosen keys, in the order given, each with its words."""
    found = {}
    for one in value if isinstance(value, list) else [value]:
        key, words = (one.get("key"), one.get("text") or "") if isinstance(one, dict) else (one, "")
        if isinstance(key, str):
            found[key] = str(words)
    return found


def _faces(steps: int) -> dict[int, str]:
    words = [_("Very unhappy"), _("Unhappy"), _("Neither happy nor unhappy"), _("Happy"), _("Very happy")]
    if steps == len(words):
        return dict(enumerate(words, 1))
    return {1: words[1], 2: words[2], 3: words[3]}


def _ends(question: Scale) -> tuple[str, str]:
    """What the ends mean where the shop wrote nothing."""
    match question:
        case Nps():
            return _("Not at all likely"), _("Extremely likely")
        case Csat():
            return _("Very dissatisfied"), _("Very satisfied")
        case Ces():
            ends = _("Very difficult"), _("Very easy")
            return ends if question.easy == "high" else (ends[1], ends[0])
        case _:
            return "", ""


def _how_many(question: Multiple) -> str:
    least, most = question.least, question.most
    if least and most:
        if least == most:
            return _("Choose %(count)d.") % {"count": least}
        return _("Choose %(least)d to %(most)d.") % {"least": least, "most": most}
    if most:
        return _("Choose up to %(most)d.") % {"most": most}
    if least > 1:
        return _("Choose at least %(least)d.") % {"least": least}
    return _("Choose all that apply.")


def _permission(question: Consent, language: str) -> dict[str, Any]:
    """What the box of a permission says: the purpose, what it means, what stands beside it, what a no brings."""
    found = next((one for one in purposes.offered(language, with_refusals=True) if one.key == question.purpose), None)
    if found is None:
        return {"box": purposes.box_label(question.channel)}
    return {
        "purpose": found.name,
        "about": found.description,
        "box": purposes.box_label(question.channel),
        "refusal": found.refusal,
    }
