"""Help with conditions: what may be compared at a place, and a comparison chosen from lists added to the text."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from surveys.forms import outline
from surveys.rules import building, kinds
from surveys.rules.conditions import reading, tree

LONGEST = 2000


class ConditionField(forms.CharField):
    """A condition as text, or nothing; one that cannot be read is refused with what is wrong in it."""

    def __init__(self, label: Any) -> None:
        """Nobody has to give one."""
        super().__init__(label=label, required=False, max_length=LONGEST)

    def clean(self, value: Any) -> str:
        """The text. Raises ValidationError."""
        text = str(super().clean(value))
        if text:
            try:
                reading.read(text)
            except reading.Unreadable as unreadable:
                raise forms.ValidationError(str(unreadable.message)) from None
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
    """What is asked before that place: key, words, and the values it can have (empty where any)."""
    found = []
    for p, one in enumerate(building.pages(draft)[: page + 1]):
        asked = building.questions(one)
        for question in asked if p < page else asked[:number]:
            key, words = str(question.get("key", "")), outline.text(question.get("text"))
            values = _values(question)
            lines = question.get("lines") if question.get("kind") == "matrix" else None
            names = (
                [f"{key}.{line.get('key')}" for line in lines if isinstance(line, dict)]
                if isinstance(lines, list)
                else [key]
            )
            found += [{"key": name, "words": words, "values": values} for name in names]
    return found


def added(sent: QueryDict, draft: Mapping[str, Any], page: int, number: int) -> QueryDict:
    """What was sent, with the comparison chosen in `cond_question`, `cond_op` and `cond_value` behind the condition
    that `cond_into` names, else `when`.
    """
    into = sent.get("cond_into", "when")
    into = into if into in sent else "when"
    question, op, value = (sent.get(f"cond_{name}", "").strip() for name in ("question", "op", "value"))
    names = {one["key"]: one["values"] for one in earlier(draft, page, number)}
    if question not in names or op not in _KNOWN:
        return sent
    if op in {"answered", "not answered"}:
        text = f"{{{question}}} {op}"
    elif value:
        text = f"{{{question}}} {op} {_literal(value, names[question])}"
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


def _literal(value: str, values: list[str]) -> str:
    if value in {"yes", "no"} and "yes" in values:
        return value
    number = value.removeprefix("-").replace(".", "", 1)
    if number.isascii() and number.isdigit() and (not values or values[0].isdigit()):
        return value
    return "'" + value.replace("'", "''") + "'"


def _values(question: Mapping[str, Any]) -> list[str]:
    try:
        domain = msgspec.convert(question, kinds.Any).domain()
    except msgspec.ValidationError:
        options = question.get("options")
        return [str(one.get("key")) for one in options if isinstance(one, dict)] if isinstance(options, list) else []
    return [("yes" if value else "no") if isinstance(value, bool) else str(value) for value in domain.values or ()]
