"""One question as a form: fields of its kind, texts in three languages side by side, options as lines.

What is read back is a plain question of a definition; whether it can be published is told by `surveys.rules.checking`.
"""

import re
import string
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from consent.selectors import purposes
from customers.selectors import changes
from surveys.forms.conditions import ConditionField, Known
from surveys.rules import building, mapping
from surveys.rules.kinds import words as word_kinds
from surveys.rules.kinds.base import CODE_PATTERN, KEY_PATTERN, LONGEST_TEXT
from surveys.rules.kinds.choices import MOST_PICTURES

LONGEST_WORDS = 2000
SPARE = 3
FLAGS = {"other": ("single", "multiple"), "exclusive": ("multiple",)}
"""In which kinds an option may be marked so."""
"""Empty lines for more options; whoever needs more saves once between."""
_SCALES = frozenset({"stars", "points", "nps", "csat", "ces", "emoji"})
_CHOSEN = frozenset({"single", "multiple", "ranking", "matrix"})
_MORE = frozenset({"help", "spoken"})
_FIELDS = ("name", "email", "phone", "line_id", "street", "city", "province", "postcode", "company", "job_title")
_FIELD_WORDS = {
    "name": _("Name"), "email": _("E-mail"), "phone": _("Phone"), "line_id": _("LINE ID"), "street": _("Street"),
    "city": _("City"), "province": _("Province"), "postcode": _("Postcode"), "company": _("Company"),
    "job_title": _("Job title"),
}  # fmt: skip


def _number(label: Any, lowest: int, highest: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=lowest, max_value=highest, required=False, help_text=help_text)


def _choice(label: Any, choices: list[tuple[Any, Any]]) -> forms.TypedChoiceField:
    is_number = all(isinstance(value, int) for value, _words in choices)
    return forms.TypedChoiceField(label=label, choices=choices, required=False, coerce=int if is_number else str)


def _of_kind(kind: str) -> dict[str, forms.Field]:
    """The fields that only this kind has, by their names in the definition."""
    flag = forms.BooleanField
    found: dict[str, dict[str, forms.Field]] = {
        "stars": {"steps": _number(_("How many stars"), 3, 10)},
        "points": {
            "lowest": _choice(_("From"), [(1, "1"), (0, "0")]),
            "steps": _number(_("Up to"), 2, 100),
        },
        "nps": {"scheme": _choice(_("Scale"), [("nps_0_10", _("0 to 10, the standard")), ("nps_1_10", "1–10")])},
        "csat": {"steps": _choice(_("How many steps"), [(5, "5"), (7, "7"), (10, "10")])},
        "ces": {
            "steps": _choice(_("How many steps"), [(7, "7"), (5, "5")]),
            "easy": _choice(_("Easy is"), [("high", _("the high end")), ("low", _("the low end"))]),
        },
        "emoji": {"steps": _choice(_("Faces"), [(5, "5"), (3, "3")])},
        "multiple": {
            "least": _number(_("At least"), 0, 100),
            "most": _number(_("At most"), 0, 100, _("0: as many as one likes")),
        },
        "ranking": {"top": _number(_("How many to place"), 0, 100, _("0: all"))},
        "text": {
            "height": _number(_("Lines that are shown"), 1, 20),
            "longest": _number(_("Longest text"), 1, LONGEST_TEXT),
        },
        "date": {
            "earliest": forms.RegexField(word_kinds.DAY, label=_("Not before"), required=False, widget=_Day()),
            "latest": forms.RegexField(word_kinds.DAY, label=_("Not after"), required=False, widget=_Day()),
        },
        "contact": {
            "field": _choice(_("What is asked"), [(name, _FIELD_WORDS[name]) for name in _FIELDS]),
            "country": forms.RegexField("^[A-Z]{2}$", label=_("Country of numbers without +"), required=False),
        },
    }
    shuffled = (
        {"shuffled": flag(label=_("In another order for each person"), required=False)} if kind in _CHOSEN else {}
    )
    return found.get(kind, {}) | shuffled


class _Day(forms.DateInput):
    input_type = "date"

    def format_value(self, value: Any) -> str:
        """As it is kept."""
        return str(value or "")


def _fields_of_the_profile() -> list[tuple[str, str]]:
    """What answers can fill, called and ordered as staff know it."""
    names = {**changes.NAMES, "heard": _("How they heard of us"), "chose": _("Why they chose us")}
    return sorted(((name, str(names[name])) for name in mapping.FIELDS), key=lambda one: one[1].lower())


class QuestionForm(forms.Form):
    """The form of one question. `texts` are rows of texts, `lists` rows of options, lines and pictures."""

    def __init__(self, data: Any = None, *, question: Mapping[str, Any], language: str, known: Known) -> None:
        """Begin with that question; `language` is of the words of purposes, `known` what its conditions may ask."""
        super().__init__(data)
        self.question = question
        self.known = known
        self.kind = str(question.get("kind", ""))
        self.own: list[str] = []
        self.texts: list[dict[str, Any]] = []
        self.lists: list[dict[str, Any]] = []
        self._texts("text", _("Question"), question.get("text"))
        if self.kind in _SCALES:
            self._texts("low", _("At the low end"), question.get("low"))
            self._texts("high", _("At the high end"), question.get("high"))
        for name, field in _of_kind(self.kind).items():
            self._add(name, field, question.get(name))
        if self.kind == "consent":
            self._permission(question, language)
        for name, label in (("options", _("Options")), ("lines", _("Lines of the matrix"))):
            if self.kind in _CHOSEN and (name == "options" or self.kind == "matrix"):
                self._list(name, label, question.get(name))
        if self.kind == "poll":
            self._pictures(question.get("pictures"))
        self._texts("help", _("Help under it"), question.get("help"))
        self._texts("spoken", _("Read aloud during a call, where it differs"), question.get("spoken"))
        self._wordings(question.get("wordings"))
        key = forms.RegexField(
            KEY_PATTERN, label=_("Key"), max_length=40, help_text=_("Its name in files and conditions.")
        )
        self._add("key", key, question.get("key"))
        self._add("required", forms.BooleanField(label=_("Must be answered"), required=False), question.get("required"))
        if self.kind in {"single", "multiple", "ranking", "date", "text"}:
            fills = _choice(_("Fills a field of the profile"), [("", _("none")), *_fields_of_the_profile()])
            self._add("maps_to", fills, question.get("maps_to"))
        when = question.get("when")
        self._add("when", ConditionField(_("Shown only if"), known=known, kept=when), when)

    @property
    def main_texts(self) -> list[dict[str, Any]]:
        """The texts everybody reads."""
        return [row for row in self.texts if row["name"] not in _MORE]

    @property
    def more_texts(self) -> list[dict[str, Any]]:
        """Those that may well be left out."""
        return [row for row in self.texts if row["name"] in _MORE]

    def _add(self, name: str, field: forms.Field, value: Any) -> None:
        self.fields[name] = field
        self.initial[name] = value
        self.own.append(name)

    @property
    def details(self) -> list[Any]:
        """The fields of the kind."""
        return [self[name] for name in self.own if name not in {"key", "required", "maps_to", "when"}]

    def _texts(
        self, name: str, label: str | Promise, texts: Any, *, into: list[dict[str, Any]] | None = None
    ) -> list[Any]:
        kept = texts if isinstance(texts, Mapping) else {}
        cells = []
        for language, _name in settings.LANGUAGES:
            own = f"{name}.{language}"
            is_long = name == "text"
            attributes = {"lang": language, "rows": 2} if is_long else {"lang": language}
            self.fields[own] = forms.CharField(
                label=get_language_info(language)["name_local"],
                required=False,
                max_length=LONGEST_WORDS,
                widget=forms.Textarea(attrs=attributes) if is_long else forms.TextInput(attrs=attributes),
            )
            self.initial[own] = kept.get(language, "")
            cells.append(self[own])
        if into is None:
            self.texts.append({"name": name, "label": label, "cells": cells})
        return cells

    def _list(self, name: str, label: str | Promise, parts: Any) -> None:
        """Options or lines: each with a place, a key and texts, and room for some more."""
        kept = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
        count = len(kept) + SPARE
        if self.is_bound and str(self.data.get(f"{name}-count", "")).isdigit():
            count = min(int(self.data[f"{name}-count"]), 110)
        rows = []
        for n in range(count):
            part = kept[n] if n < len(kept) else {}
            at = f"{name}-{n}"
            self.fields[f"{at}.place"] = forms.IntegerField(
                label=_("Number in the order"), required=False, min_value=1, max_value=999
            )
            self.initial[f"{at}.place"] = n + 1 if part else None
            self.fields[f"{at}.key"] = forms.RegexField(CODE_PATTERN, label=_("Key"), required=False, max_length=40)
            self.initial[f"{at}.key"] = part.get("key", "")
            for part_name in ("place", "key"):  # no label stands beside them
                field = self.fields[f"{at}.{part_name}"]
                field.widget.attrs["aria-label"] = field.label
            row: dict[str, Any] = {"place": self[f"{at}.place"], "key": self[f"{at}.key"], "more": []}
            row["cells"] = self._texts(at, "", part.get("text"), into=[])
            if name == "options":
                kept_when = part.get("when", "")
                self.fields[f"{at}.when"] = ConditionField(_("Only if"), known=self.known, kept=kept_when)
                self.initial[f"{at}.when"] = kept_when
                for flag, words in (("other", _("asks for words")), ("exclusive", _("goes with no other"))):
                    if self.kind not in FLAGS[flag] and not part.get(flag):
                        continue  # it would mean nothing there
                    self.fields[f"{at}.{flag}"] = forms.BooleanField(label=words, required=False)
                    self.initial[f"{at}.{flag}"] = part.get(flag, False)
                    row["more"].append(self[f"{at}.{flag}"])
                row["when"] = self[f"{at}.when"]
            rows.append(row)
        self.lists.append({"name": name, "label": label, "rows": rows, "count": count})

    def _pictures(self, parts: Any) -> None:
        kept = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
        places = range(min(max(2, len(kept) + 1), MOST_PICTURES))
        for n in places:
            part = kept[n] if n < len(kept) else {}
            self._texts(f"pictures-{n}", _("What picture %(number)s shows") % {"number": n + 1}, part.get("text"))
        taken = {str(part.get("key")) for part in kept}
        free = (letter for letter in string.ascii_lowercase if letter not in taken)
        self.picture_keys = [str(kept[n].get("key") or next(free)) if n < len(kept) else next(free) for n in places]
        self.images = [kept[n].get("image", "") if n < len(kept) else "" for n in places]

    def _wordings(self, parts: Any) -> None:
        kept = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
        self.wordings = []
        for n in range(min(len(kept) + 1, 10)):
            part = kept[n] if n < len(kept) else {}
            kept_when = part.get("when", "")
            self.fields[f"wordings-{n}.when"] = ConditionField(_("If"), known=self.known, kept=kept_when)
            self.initial[f"wordings-{n}.when"] = kept_when
            cells = self._texts(f"wordings-{n}", "", part.get("text"), into=[])
            self.wordings.append({"when": self[f"wordings-{n}.when"], "cells": cells})

    def _permission(self, question: Mapping[str, Any], language: str) -> None:
        ways = [
            (f"{one.key}/{channel}", f"{one.name} · {channel}")
            for one in purposes.offered(language)
            for channel in one.channels
        ]
        self._add(
            "permission",
            forms.ChoiceField(label=_("Permission"), choices=[("", "—"), *ways], required=False),
            f"{question.get('purpose', '')}/{question.get('channel', '')}",
        )

    def as_question(self, images: Mapping[int, str] | None = None) -> dict[str, Any]:
        """The question that was written; what is empty is left out. `images` are pictures that came along, by place."""
        given = self.cleaned_data
        found: dict[str, Any] = {"kind": self.kind, "key": given["key"], "text": self._read("text")}
        found |= {name: texts for name in ("low", "high", "help", "spoken") if (texts := self._read(name))}
        for name in self.own:
            value = given.get(name)
            if name in {"key", "permission"} or value is None or value is False or value == "":
                continue  # 0 says something: a scale may begin with it
            found[name] = given[name]
        if self.kind == "consent":
            found["purpose"], _slash, found["channel"] = given["permission"].partition("/")
        if self.kind == "contact":
            found.setdefault("field", "email")
        for one in self.lists:
            found[one["name"]] = self._parts(one["name"], one["count"])
        if self.kind == "poll":
            kept = [(images or {}).get(n) or image for n, image in enumerate(self.images)]
            found["pictures"] = [
                {"key": self.picture_keys[n], "image": kept[n], "text": self._read(f"pictures-{n}")}
                for n in range(len(kept))
                if kept[n] or self._read(f"pictures-{n}")
            ]
        wordings = [
            {"when": given[f"wordings-{n}.when"], "text": self._read(f"wordings-{n}")}
            for n in range(len(self.wordings))
        ]
        if wordings := [one for one in wordings if one["when"] or one["text"]]:
            found["wordings"] = wordings
        return found

    def _read(self, name: str) -> dict[str, str]:
        return {
            language: text
            for language, _name in settings.LANGUAGES
            if (text := self.cleaned_data.get(f"{name}.{language}", "").replace("\r\n", "\n"))
        }

    def _was_worded(self, at: str) -> bool:
        return any(self.initial.get(f"{at}.{language}") for language, _name in settings.LANGUAGES)

    def _parts(self, name: str, count: int) -> list[dict[str, Any]]:
        given = self.cleaned_data
        rows = []
        for n in range(count):
            at = f"{name}-{n}"
            texts = self._read(at)
            if not texts:
                continue  # whoever empties the words of an option removes it
            key = given.get(f"{at}.key") or ""
            if key == self.initial.get(f"{at}.key") and not self._was_worded(at) and building.is_made(key, name):
                key = ""  # made for a line without words; now that it has some, it is called by them
            part: dict[str, Any] = {"key": key, "text": texts}
            part |= {flag: True for flag in ("other", "exclusive") if given.get(f"{at}.{flag}")}
            if given.get(f"{at}.when"):
                part["when"] = given[f"{at}.when"]
            rows.append((given.get(f"{at}.place") or 1000 + n, n, part))
        parts = [part for _place, _n, part in sorted(rows, key=lambda row: row[:2])]
        taken = {part["key"] for part in parts if part["key"]}
        for part in parts:
            if not part["key"]:
                wish = part["text"].get("en", "")
                part["key"] = building.free(wish if re.search("[A-Za-z0-9]", wish) else name[:-1], taken)
                taken.add(part["key"])
        return parts
