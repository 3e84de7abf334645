"""A page of a draft as a form, and what belongs to the whole questionnaire."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from surveys.forms import outline
from surveys.forms.conditions import ConditionField, Known
from surveys.rules import building
from surveys.rules.definition import END, SCREENED
from surveys.rules.kinds import LANGUAGES
from surveys.rules.kinds.base import KEY_PATTERN

SPARE = 2
MOST_JUMPS = 20


class TextsForm(forms.Form):
    """A form with texts in three languages; `texts` are their rows."""

    def __init__(self, data: Any = None) -> None:
        """Nothing yet."""
        super().__init__(data)
        self.texts: list[dict[str, Any]] = []

    def add_texts(self, name: str, label: Any, texts: Any, *, is_long: bool = False) -> None:
        """A row of texts."""
        kept = texts if isinstance(texts, Mapping) else {}
        cells = []
        for language, _name in settings.LANGUAGES:
            own = f"{name}.{language}"
            widget = (
                forms.Textarea(attrs={"rows": 3, "lang": language})
                if is_long
                else forms.TextInput(attrs={"lang": language})
            )
            self.fields[own] = forms.CharField(
                label=get_language_info(language)["name_local"], required=False, max_length=2000, widget=widget
            )
            self.initial[own] = kept.get(language, "")
            cells.append(self[own])
        self.texts.append({"name": name, "label": label, "cells": cells})

    def read(self, name: str) -> dict[str, str]:
        """What was written, by language."""
        given = self.cleaned_data
        return {
            language: text.replace("\r\n", "\n")
            for language, _name in settings.LANGUAGES
            if (text := given[f"{name}.{language}"])
        }


class PageForm(TextsForm):
    """Title, key, condition, and jumps: `jumps` are pairs of fields."""

    def __init__(self, data: Any = None, *, draft: Mapping[str, Any], number: int) -> None:
        """Begin with that page of the draft."""
        super().__init__(data)
        page, targets = building.pages(draft)[number], outline.targets(draft, number)
        self.add_texts("title", _("Title of the page"), page.get("title"))
        self.fields["key"] = forms.RegexField(KEY_PATTERN, label=_("Key"), max_length=40)
        self.fields["when"] = ConditionField(_("Shown only if"), known=Known.at(draft, number), kept=page.get("when"))
        self.initial.update(key=page.get("key", ""), when=page.get("when", ""))
        jumps = page.get("jumps")
        kept = [jump for jump in jumps if isinstance(jump, dict)] if isinstance(jumps, list) else []
        choices = [
            ("", "—"),
            *((key, name) for key, name in targets if key),
            (END, _("the end")),
            (SCREENED, _("not meant for them")),
        ]
        self.jumps = []
        behind = Known.at(draft, number + 1)
        for n in range(min(len(kept) + SPARE, MOST_JUMPS)):
            jump = kept[n] if n < len(kept) else {}
            own = []
            if (to := jump.get("to")) and to not in dict(choices):
                own = [(str(to), _("“%(page)s”, which no later page is called") % {"page": to})]
            self.fields[f"jump-{n}.to"] = forms.ChoiceField(label=_("On to"), choices=[*choices, *own], required=False)
            self.fields[f"jump-{n}.when"] = ConditionField(_("If"), known=behind, kept=jump.get("when"))
            self.initial.update({f"jump-{n}.to": jump.get("to", ""), f"jump-{n}.when": jump.get("when", "")})
            self.jumps.append((self[f"jump-{n}.to"], self[f"jump-{n}.when"]))
        self.intos = [
            ("when", _("Shown only if")),
            *((when.name, _("Way %(number)d") % {"number": n}) for n, (_to, when) in enumerate(self.jumps, 1)),
        ]
        """Where a comparison chosen from lists can go."""

    def as_parts(self) -> dict[str, Any]:
        """The parts of the page."""
        given = self.cleaned_data
        jumps = [
            {"to": given[f"jump-{n}.to"], **({"when": given[f"jump-{n}.when"]} if given[f"jump-{n}.when"] else {})}
            for n in range(len(self.jumps))
            if given[f"jump-{n}.to"]
        ]
        return {"key": given["key"], "title": self.read("title"), "when": given["when"], "jumps": jumps}


class WholeForm(TextsForm):
    """Languages, title, introduction, thanks."""

    def __init__(self, data: Any = None, *, draft: Mapping[str, Any]) -> None:
        """Begin with that draft."""
        super().__init__(data)
        self.draft = draft
        named = [
            (code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES if code in LANGUAGES
        ]
        self.fields["languages"] = forms.MultipleChoiceField(
            label=_("Languages"), choices=named, widget=forms.CheckboxSelectMultiple
        )
        self.initial["languages"] = draft.get("languages", [])
        self.add_texts("title", _("Title"), draft.get("title"))
        for name, label in (
            ("intro", _("Before the first question")),
            ("thanks", _("Thanks")),
            ("screened", _("For whom it is not meant")),
        ):
            self.add_texts(name, label, draft.get(name), is_long=True)

    def as_draft(self) -> dict[str, Any]:
        """The draft with these parts."""
        found = {**self.draft, "schema": 1, "languages": self.cleaned_data["languages"], "title": self.read("title")}
        for name in ("intro", "thanks", "screened"):
            found.pop(name, None)
            if texts := self.read(name):
                found[name] = texts
        return found
