"""The words of an invitation, languages side by side."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cdp.core import spoken
from surveys.rules import own_words
from surveys.rules.own_words import LONGEST, Words

LABELS: Mapping[str, Any] = {
    "subject": _("Subject of the mail"),
    "text": _("Text before the question"),
    "short": _("Text message"),
}


class OwnWordsForm(forms.Form):
    """One field for each part in each language; `columns` are the languages with their fields."""

    def __init__(self, *args: Any, words: Words, ready: Words, **kwargs: Any) -> None:
        """Begin with these words; an empty field shows the `ready` ones that stand in for it."""
        super().__init__(*args, **kwargs)
        self.columns: list[dict[str, Any]] = []
        for language, _english in settings.LANGUAGES:
            bound = []
            for part, longest in LONGEST.items():
                name = f"{part}_{language}"
                about = {"lang": language, "placeholder": ready.get(language, {}).get(part, "")}
                self.fields[name] = forms.CharField(
                    label=LABELS[part],
                    required=False,
                    max_length=longest,
                    initial=words.get(language, {}).get(part, ""),
                    widget=forms.Textarea(attrs={**about, "rows": 6 if part == "text" else 3})
                    if part != "subject"
                    else forms.TextInput(attrs=about),
                )
                bound.append(self[name])
            self.columns.append({"code": language, "name": spoken.OWN_NAMES[language], "fields": bound})

    def clean(self) -> dict[str, Any]:
        """Judge each part by what may be sent."""
        given: dict[str, Any] = super().clean() or {}
        for name, text in list(given.items()):
            part = name.partition("_")[0]
            for fault in own_words.faults(part, own_words.written(part, text)):
                self.add_error(name, fault)
        return given

    def words(self) -> dict[str, dict[str, str]]:
        """What was written, by language."""
        return {
            language: {part: self.cleaned_data[f"{part}_{language}"] for part in LONGEST}
            for language, _english in settings.LANGUAGES
        }
