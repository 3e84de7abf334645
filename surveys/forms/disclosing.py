"""What is said before the first question, three languages side by side."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info

from consent.rules import notices as rules
from consent.rules.notices import Text
from consent.selectors import notices
from surveys.services.disclosing import PARTS


class DisclosureForm(forms.Form):
    """One field for each part in each language; `columns` are the languages with their fields."""

    def __init__(self, *args: Any, texts: Mapping[str, Text], **kwargs: Any) -> None:
        """Begin with those words."""
        super().__init__(*args, **kwargs)
        self.columns = []
        for language, _name in settings.LANGUAGES:
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
            self.columns.append({"code": language, "name": get_language_info(language)["name_local"], "fields": bound})

    def texts(self) -> dict[str, Text]:
        """What was written, by language."""
        given = self.cleaned_data
        return {
            language: Text(
                title=given[f"said_title_{language}"],
                parts={part: given[f"said_{part}_{language}"] for part in PARTS[1:]},
            )
            for language, _name in settings.LANGUAGES
        }
