"""Forms of interviews: a guide in three languages, who takes part, notes and quotes, and what is to be shown."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from consent.forms.recording import MAIL, PAPER, PERSON, PHONE, WAYS
from surveys.models import Interview
from surveys.rules.interviews import guides as rules
from surveys.selectors import wording
from surveys.services.interviews import holding, testimonials


class StartGuideForm(forms.Form):
    """What a guide begins with and how its address reads."""

    start = forms.ChoiceField()
    slug = forms.CharField(
        label=_("Address"),
        max_length=40,
        required=False,
        help_text=_("Small letters, digits and hyphens: by it other systems name the guide. It never changes."),
    )

    def __init__(self, *args: Any, choices: Sequence[str], **kwargs: Any) -> None:
        """Offer these beginnings."""
        super().__init__(*args, **kwargs)
        self.fields["start"].choices = [(key, key) for key in choices]  # type: ignore[attr-defined]


class GuideForm(forms.Form):
    """The draft of a guide: title, goal and questions, each in all languages side by side. `act` is the button: save,
    add, or one of up-N, down-N, out-N.
    """

    def __init__(self, data: Any = None, *, draft: Mapping[str, Any]) -> None:
        """Begin with that draft."""
        super().__init__(data)
        self.draft = draft
        self.kept = list(draft.get("questions") or [])
        self.about = [
            self._texts("title", _("Title"), draft.get("title")),
            self._texts("goal", _("Goal: what you want to understand"), draft.get("goal"), rows=2),
        ]
        self.asked = [
            {
                "number": n + 1,
                "is_first": n == 0,
                "is_last": n == len(self.kept) - 1,
                "text": self._texts(f"q{n}.text", _("Question"), one.get("text"), rows=2),
                "help": self._texts(f"q{n}.help", _("For who asks"), one.get("help"), rows=2),
            }
            for n, one in enumerate(self.kept)
        ]
        self.fields["languages"] = forms.MultipleChoiceField(
            label=_("Held in"),
            choices=[(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES],
            widget=forms.CheckboxSelectMultiple,
            initial=draft.get("languages"),
            error_messages={"required": _("Choose at least one language.")},
        )

    def _texts(self, name: str, label: Any, texts: Any, *, rows: int = 1) -> dict[str, Any]:
        kept = texts if isinstance(texts, Mapping) else {}
        cells = []
        for language, _name in settings.LANGUAGES:
            own = f"{name}.{language}"
            widget: forms.Widget = (
                forms.Textarea(attrs={"rows": rows, "lang": language})
                if rows > 1
                else forms.TextInput(attrs={"lang": language})
            )
            self.fields[own] = forms.CharField(
                label=get_language_info(language)["name_local"],
                required=False,
                max_length=rules.LONGEST,
                widget=widget,
                initial=kept.get(language, ""),
            )
            cells.append(self[own])
        return {"label": label, "cells": cells}

    def _read(self, name: str) -> dict[str, str]:
        given = self.cleaned_data
        return {
            language: text.replace("\r\n", "\n").strip()
            for language, _name in settings.LANGUAGES
            if (text := given[f"{name}.{language}"]).strip()
        }

    def written(self, act: str) -> dict[str, Any]:
        """The draft as it is to be kept after that button."""
        questions = []
        for n, one in enumerate(self.kept):
            asked: dict[str, Any] = {"key": one["key"], "text": self._read(f"q{n}.text")}
            if told := self._read(f"q{n}.help"):
                asked["help"] = told
            questions.append(asked)
        verb, _dash, number = act.partition("-")
        at = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < len("1000") else -1
        if verb == "add" and len(questions) < rules.MOST_QUESTIONS:
            questions.append({"key": _free({one["key"] for one in questions}), "text": {}})
        elif verb == "out" and 0 <= at < len(questions):
            questions.pop(at)
        elif verb == "up" and 0 < at < len(questions):
            questions[at - 1], questions[at] = questions[at], questions[at - 1]
        elif verb == "down" and 0 <= at < len(questions) - 1:
            questions[at + 1], questions[at] = questions[at], questions[at + 1]
        return {
            "title": self._read("title"),
            "goal": self._read("goal"),
            "languages": [code for code, _name in settings.LANGUAGES if code in self.cleaned_data["languages"]],
            "questions": questions,
        }


def _free(taken: set[str]) -> str:
    return next(key for n in range(1, 1000) if (key := f"q{n}") not in taken)


class BeginForm(forms.Form):
    """By which guide, in which language, on which day; who takes part stands beside it."""

    guide = forms.ChoiceField(label=_("Guide"))
    kind = forms.ChoiceField(label=_("Who is asked"), choices=Interview.Kind.choices, widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=_("Language of the talk"),
        choices=[(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES],
    )
    held_on = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), initial=timezone.localdate
    )
    place = forms.CharField(label=pgettext_lazy("where a talk is held", "Place"), max_length=120, required=False)

    def __init__(self, *args: Any, guides: Sequence[Any], **kwargs: Any) -> None:
        """Offer guides that were published."""
        super().__init__(*args, **kwargs)
        self.fields["guide"].choices = [  # type: ignore[attr-defined]
            (row.slug, wording.text(row.draft.get("title") or {}) or row.slug) for row in guides
        ]


class QuoteForm(forms.Form):
    """Words as they were said. `people` are seats with what they are called."""

    seat = forms.TypedChoiceField(label=_("Who said it"), coerce=int)
    words = forms.CharField(
        label=_("Words as they were said"),
        max_length=holding.LONGEST_QUOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    themes = forms.CharField(
        label=_("What it is about"),
        required=False,
        max_length=400,
        help_text=_("A word or three for each theme, with commas between them."),
        widget=forms.TextInput(attrs={"list": "themes", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, people: Sequence[tuple[int, Any]], **kwargs: Any) -> None:
        """One of these said it."""
        super().__init__(*args, **kwargs)
        self.fields["seat"].choices = people  # type: ignore[attr-defined]
        if len(people) == 1:
            self.fields["seat"].initial = people[0][0]
            self.fields["seat"].widget = forms.HiddenInput()


class ThemesForm(forms.Form):
    """What a quote is about."""

    themes = forms.CharField(
        label=_("What it is about"),
        required=False,
        max_length=400,
        help_text=_("A word or three for each theme, with commas between them."),
        widget=forms.TextInput(attrs={"list": "themes", "autocomplete": "off"}),
    )


class AskForm(forms.Form):
    """The exact words that are to be shown, and the name beneath them."""

    words = forms.CharField(
        label=_("Exactly these words"),
        max_length=testimonials.LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("You may shorten, never change the sense. They read this before they say yes."),
    )
    name = forms.CharField(
        label=_("Name beneath it"),
        max_length=testimonials.LONGEST_NAME,
        help_text=_("As they wish to be called: “Mali, Bangkok”, or “a customer”."),
    )


class SignForm(forms.Form):
    """A yes that was given on paper or in a talk."""

    way = forms.ChoiceField(
        label=_("How they said it"),
        choices=[(way, label) for way, label in WAYS if way in {PAPER, PERSON, PHONE, MAIL}],
        initial=PAPER,
    )
    at = forms.DateTimeField(
        label=_("When they said it"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def moment(self, now: dt.datetime) -> dt.datetime:
        """When it was said; the present minute is now."""
        at: dt.datetime = self.cleaned_data["at"]
        return now if at <= now < at + dt.timedelta(minutes=1) else at
