"""What is said before the first question, three languages side by side."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from cdp.core import spoken as spoken_names
from consent.rules import notices as rules
from consent.rules.notices import Text
from consent.selectors import notices
from surveys.services.disclosing import PARTS


class DisclosureForm(forms.Form):
    """One field for each part in each language; `columns` are the languages with their fields, each field with what
    is doubtful about its words as they stand now.
    """

    def __init__(self, *args: Any, texts: Mapping[str, Text], spoken: Collection[str] = (), **kwargs: Any) -> None:
        """Begin with those words. `spoken`: the languages of the questions, in which nothing may be missing."""
        super().__init__(*args, **kwargs)
        self.columns: list[dict[str, Any]] = []
        self.spoken = spoken
        for language, _english in settings.LANGUAGES:
            text = texts.get(language, Text())
            bound = []
            for part in PARTS:
                name = f"said_{part}_{language}"
                is_title = part == "title"
                self.fields[name] = forms.CharField(
                    label=notices.PARTS[part],
                    required=False,
                    max_length=rules.LONGEST_TITLE if is_title else rules.LONGEST_PART,
                    initial=text.title if is_title else text.parts.get(part, ""),
                    widget=forms.TextInput(attrs={"lang": language})
                    if is_title
                    else forms.Textarea(attrs={"rows": 4, "lang": language}),
                )
                bound.append(self[name])
            self.columns.append({"code": language, "name": spoken_names.OWN_NAMES[language], "fields": bound})
        for column in self.columns:
            column["beside"] = [(field, self._doubt(column["code"], part)) for part, field in self._parts(column)]

    def _parts(self, column: Mapping[str, Any]) -> list[tuple[str, forms.BoundField]]:
        return list(zip(PARTS, column["fields"], strict=True))

    def _said(self, part: str) -> dict[str, str]:
        """What that part says now, by language; what says nothing left out."""
        found = {one["code"]: str(self[f"said_{part}_{one['code']}"].value() or "").strip() for one in self.columns}
        return {language: text for language, text in found.items() if text}

    def _doubt(self, language: str, part: str) -> str:
        """Whether readers of that language would be told it in another one."""
        said = self._said(part)
        names = {code: _(str(name)) for code, name in settings.LANGUAGES}
        if language in said:
            same = next((code for code, text in said.items() if code != language and text == said[language]), "")
            text = _("The same words stand under %(other)s: one of the two is not in the language of its readers.")
            return text % {"other": names[same]} if same else ""
        if language in self.spoken:
            text = _(
                "Missing: the survey asks in %(language)s, and cannot be published before its readers are told this."
            )
            return text % {"language": names[language]}
        if other := rules.read_instead(said, language, base=settings.LANGUAGE_CODE):
            text = _("Empty: readers of %(language)s are shown it in %(other)s.")
            return text % {"language": names[language], "other": names[other]}
        return ""

    def texts(self) -> dict[str, Text]:
        """What was written, by language."""
        given = self.cleaned_data
        return {
            language: Text(
                title=given[f"said_title_{language}"],
                parts={part: given[f"said_{part}_{language}"] for part in PARTS[1:]},
            )
            for language, _english in settings.LANGUAGES
        }
