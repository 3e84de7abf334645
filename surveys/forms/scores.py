"""A score of a draft as a form: what each answer is worth in a sum, such as how ready somebody is to buy."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.forms.outline import text
from surveys.forms.pages import TextsForm
from surveys.rules import building, kinds
from surveys.rules.kinds import Question
from surveys.rules.kinds.base import KEY_PATTERN
from surveys.rules.kinds.choices import Matrix
from surveys.selectors import wording

LARGEST = 1_000_000
_YES_NO = {"True": "yes", "False": "no"}


class ScoreForm(TextsForm):
    """Name, key, and by question what its answers are worth: `parts` are the rows of the form. An empty cell counts
    nothing.
    """

    def __init__(self, data: Any = None, *, draft: Mapping[str, Any], score: Mapping[str, Any]) -> None:
        """Begin with that score."""
        super().__init__(data)
        self.add_texts("text", _("What it is called"), score.get("text"))
        self.fields["key"] = forms.RegexField(
            KEY_PATTERN, label=_("Key"), max_length=40, help_text=_("Its name in files and conditions.")
        )
        self.initial["key"] = score.get("key") or building.free(
            "score", {str(one.get("key")) for one in building.scores(draft)} | building.keys(draft)
        )
        worths = score.get("of")
        self.before = [one for one in worths if isinstance(one, dict)] if isinstance(worths, list) else []
        kept = {str(one.get("question")): one for one in self.before}
        self.parts = [self._part(key, words, question, kept.get(key, {})) for key, words, question in _countable(draft)]

    def _part(self, key: str, words: str, question: Question, worth: Mapping[str, Any]) -> dict[str, Any]:
        values = question.domain().values or ()
        options = worth.get("options")
        options = options if isinstance(options, dict) else {}
        cells = []
        if values and isinstance(values[0], Decimal):
            self._number(f"{key}.weight", _("each point counts times"), worth.get("weight", 1) if worth else None)
            cells.append(self[f"{key}.weight"])
        else:
            told = wording.choices(question)
            for value in values:
                label = told.get(_YES_NO.get(str(value), str(value)), str(value))
                self._number(f"{key}={value}", label, options.get(str(value)))
                cells.append(self[f"{key}={value}"])
        return {"key": key, "words": words, "values": [str(value) for value in values], "cells": cells}

    def _number(self, name: str, label: Any, value: Any) -> None:
        self.fields[name] = forms.FloatField(label=label, required=False, min_value=-LARGEST, max_value=LARGEST)
        self.initial[name] = value

    def clean(self) -> dict[str, Any]:
        """Something has to count."""
        given = super().clean() or {}
        if not self.errors and not self._of():
            self.add_error(None, _("Say what counts: at least one answer needs a number."))
        return given

    def as_score(self) -> dict[str, Any]:
        """The score that was written."""
        return {"key": self.cleaned_data["key"], "text": self.read("text"), "of": self._of()}

    def _of(self) -> list[dict[str, Any]]:
        """What counts, by question; of questions that cannot be shown here it stays as it was."""
        given, kept = self.cleaned_data, {str(one.get("question")): one for one in self.before}
        shown = {part["key"] for part in self.parts}
        found = [one for key, one in kept.items() if key not in shown]
        for part in self.parts:
            key = part["key"]
            weight = given.get(f"{key}.weight")
            options = {value: worth for value in part["values"] if (worth := given.get(f"{key}={value}")) is not None}
            if weight is not None:
                found.append({"question": key, "weight": weight})
            elif options:
                times = kept.get(key, {}).get("weight")
                found.append({"question": key, "options": options, **({"weight": times} if times is not None else {})})
        return found


def _countable(draft: Mapping[str, Any]) -> Iterator[tuple[str, str, Question]]:
    """Every question whose answers can count, as scores name it, with its words; each line of a matrix by itself."""
    for page in building.pages(draft):
        for told in building.questions(page):
            try:
                question: Question = msgspec.convert(told, kinds.Any)
            except msgspec.ValidationError:
                continue  # it is not whole yet
            if question.IS_WORDS or question.IS_PERSONAL or not question.domain().values:
                continue
            words = text(told.get("text")) or question.key
            if isinstance(question, Matrix):
                for line in question.lines:
                    yield f"{question.key}.{line.key}", f"{words} · {text(line.text) or line.key}", question
            else:
                yield question.key, words, question
