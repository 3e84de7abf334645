"""Help with conditions: what may be compared at a place, and a comparison chosen from lists added to the text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import msgspec
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from surveys.forms import outline
from surveys.rules import building, checking, kinds
from surveys.rules.conditions import reading, tree
from surveys.rules.kinds.choices import Chosen
from surveys.rules.kinds.scales import YesNo
from surveys.selectors import wording

LONGEST = 2000


@dataclass(frozen=True)
class Known:
    """What a condition may ask about at some place: the questions of the draft in their order, of which so many are
    asked before it (None: all).
    """

    order: Sequence[tuple[str, kinds.Question | None]]
    before: int | None = None

    @classmethod
    def at(cls, draft: Mapping[str, Any], page: int, number: int = 0) -> Self:
        """Before that question of that page."""
        asked = [building.questions(one) for one in building.pages(draft)]
        order = [(str(question.get("key", "")), _question(question)) for some in asked for question in some]
        return cls(order, sum(map(len, asked[:page])) + min(number, len(asked[page]) if page < len(asked) else 0))


class ConditionField(forms.CharField):
    """A condition as text, or nothing. One that cannot be read, or asks what nobody can have answered there, is refused
    with what is wrong in it, unless it stood there before (`kept`): then the page says so, and other work can be saved.
    """

    def __init__(self, label: Any, *, known: Known, kept: object = "") -> None:
        """Nobody has to give one."""
        super().__init__(label=label, required=False, max_length=LONGEST)
        self.known, self.kept = known, kept

    def clean(self, value: Any) -> str:
        """The text. Raises ValidationError."""
        text = str(super().clean(value))
        if text and text != self.kept:
            faults = checking.faults_among(self.known.order, text, before=self.known.before)
            if told := [str(fault) for fault in faults]:
                raise forms.ValidationError(told)
        return text


OPERATORS = [
    ("=", _("is")),
    ("!=", _("is not")),
    ("<=", _("at most")),
    (">=", _("at least")),
    ("has", _("includes")),
    ("answered", _("was answered")),
    ("not answered", _("was not answered")),
]
_KNOWN = {value for value, _label in OPERATORS}


def earlier(draft: Mapping[str, Any], page: int, number: int) -> list[dict[str, Any]]:
    """What is asked before that place: key, words, and the values it can have (empty where any); `choices` where one of
    a few is to be chosen: what is sent, and how people know it. `is_here`: on that page itself, where only what comes
    behind may ask it.
    """
    found = []
    for p, one in enumerate(building.pages(draft)[: page + 1]):
        asked = building.questions(one)
        for question in asked if p < page else asked[:number]:
            key, words = str(question.get("key", "")), outline.text(question.get("text"))
            read, values, choices = _question(question), _values(question), _choices(question)
            lines = question.get("lines") if question.get("kind") == "matrix" else None
            names = (
                [f"{key}.{line.get('key')}" for line in lines if isinstance(line, dict)]
                if isinstance(lines, list)
                else [key]
            )
            is_here = p == page
            told = {"words": words, "values": values, "choices": choices, "question": read, "is_here": is_here}
            found += [{"key": name, **told} for name in names]
    return found


def added(sent: QueryDict, draft: Mapping[str, Any], page: int, number: int) -> QueryDict:
    """What was sent, with the comparison chosen in `cond_question`, `cond_op` and `cond_value` behind the condition
    that `cond_into` names, else `when`.
    """
    into = sent.get("cond_into", "when")
    into = into if into in sent else "when"
    question, op, value = (sent.get(f"cond_{name}", "").strip() for name in ("question", "op", "value"))
    names = {one["key"]: one for one in earlier(draft, page, number)}
    if question not in names or op not in _KNOWN:
        return sent
    if op in {"answered", "not answered"}:
        text = f"{{{question}}} {op}"
    elif value:
        chosen = names[question]
        text = f"{{{question}}} {op} {_literal(value, chosen['values'], chosen['question'])}"
    else:
        return sent
    data = sent.copy()
    before = data.get(into, "").strip()
    data[into] = f"{_grouped(before)} and {text}" if before else text
    return data


def _grouped(text: str) -> str:
    """In brackets where "or" would otherwise bind the new comparison to its last part only."""
    try:
        return f"({text})" if isinstance(reading.read(text), tree.Any) else text
    except reading.Unreadable:
        return text


def _literal(value: str, values: list[str], question: kinds.Question | None) -> str:
    """As it stands in a condition. Who types a choice as people read it means the choice."""
    spoken = _keys(question).get(value.casefold(), value)
    if isinstance(question, YesNo) and spoken in values:
        return spoken
    number = value.removeprefix("-").replace(".", "", 1)
    if number.isascii() and number.isdigit() and (not values or values[0].isdigit()):
        return value
    return reading.literal(spoken)


_YES = ("yes", "y", "ใช่", "예", "네")
_NO = ("no", "n", "ไม่ใช่", "ไม่", "아니요", "아니오")


def _keys(question: kinds.Question | None) -> dict[str, str]:
    """The key of each choice by its words in every language; a key is itself, whatever another choice is called."""
    if isinstance(question, YesNo):
        return dict.fromkeys(_YES, "yes") | dict.fromkeys(_NO, "no")
    if not isinstance(question, Chosen):
        return {}
    words = {text.casefold(): one.key for one in question.options for text in one.text.values()}
    return words | {one.key.casefold(): one.key for one in question.options}


def _choices(question: Mapping[str, Any]) -> str:
    """What can be chosen, as JSON for the page: pairs of key and words. Empty where it is not one of a few."""
    read = _question(question)
    words = wording.choices(read) if read is not None else {}
    return json.dumps(list(words.items())) if words and list(words) == _values(question) else ""


def _question(question: Mapping[str, Any]) -> kinds.Question | None:
    """The question; None while it cannot be read."""
    try:
        read: kinds.Question = msgspec.convert(question, kinds.Any)
    except msgspec.ValidationError:
        return None
    return read


def _values(question: Mapping[str, Any]) -> list[str]:
    read = _question(question)
    if read is None:
        options = question.get("options")
        return [str(one.get("key")) for one in options if isinstance(one, dict)] if isinstance(options, list) else []
    domain = read.domain()
    return [("yes" if value else "no") if isinstance(value, bool) else str(value) for value in domain.values or ()]
