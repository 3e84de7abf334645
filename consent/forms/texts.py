"""The words of a draft, language by language, and how it is published."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent.rules import notices as rules
from consent.selectors import notices


class TextForm(forms.Form):
    """Title, text and parts of one draft in every language of the shop; nothing is required before it is published."""

    def __init__(self, *args: Any, name: str, texts: Mapping[str, rules.Text] | None = None, **kwargs: Any) -> None:
        """Offer the fields that a text of this name has, filled with what stands there."""
        super().__init__(*args, **kwargs)
        self.name = name
        for language, _name in settings.LANGUAGES:
            text = (texts or {}).get(language, rules.Text())
            self._add("title", language, text.title, longest=rules.LONGEST_TITLE, rows=0)
            if rules.has_body(name):
                rows = 24 if name in rules.DOCUMENTS else 4
                self._add("body", language, text.body, longest=rules.LONGEST_BODY, rows=rows)
            for part in rules.parts_of(name):
                self._add(part, language, text.parts.get(part, ""), longest=rules.LONGEST_PART, rows=3)
            self._add(rules.CHANGED, language, text.parts.get(rules.CHANGED, ""), longest=rules.LONGEST_CHANGED, rows=2)
            self.fields[f"{rules.CHANGED}_{language}"].help_text = _(
                "One plain sentence for readers. It stands in the public history, and first in the message if people "
                "are asked again."
            )
        if rules.kind_of(name) in rules.DISCLOSED:
            self.fields["is_anonymous"] = forms.BooleanField(
                label=_("The answers are anonymous"),
                required=False,
                help_text=_("Only where nobody can tell whose they are, also by putting things together."),
            )

    def _add(self, part: str, language: str, value: str, *, longest: int, rows: int) -> None:
        attributes = {"lang": language, **({"rows": rows} if rows else {})}
        widget = forms.Textarea(attrs=attributes) if rows else forms.TextInput(attrs=attributes)
        self.fields[f"{part}_{language}"] = forms.CharField(
            label=notices.PARTS[part], required=False, max_length=longest, widget=widget, initial=value
        )

    @property
    def columns(self) -> list[dict[str, Any]]:
        """The fields of each language, for the three columns of the page."""
        return [
            {
                "language": language,
                "name": name,
                "fields": [self[field] for field in self.fields if field.endswith(f"_{language}")],
            }
            for language, name in settings.LANGUAGES
        ]

    def texts(self) -> dict[str, rules.Text]:
        """What was written, by language. Lines end as everywhere."""
        data = {key: value.replace("\r\n", "\n") if isinstance(value, str) else value for key, value in
                self.cleaned_data.items()}  # fmt: skip
        parts = (*rules.parts_of(self.name), rules.CHANGED)
        return {
            language: rules.Text(
                data[f"title_{language}"],
                data.get(f"body_{language}", ""),
                {part: data[f"{part}_{language}"] for part in parts if data[f"{part}_{language}"].strip()},
            )
            for language, _name in settings.LANGUAGES
        }


class PublishForm(forms.Form):
    """What a new version means for those who said yes before."""

    meaning = forms.ChoiceField(
        label=_("What changed?"),
        choices=[
            ("wording", _("Only the wording: what people allowed stays as it is")),
            ("meaning", _("The meaning: an earlier yes no longer counts, and those who gave one are asked again")),
        ],
        widget=forms.RadioSelect,
    )
    concerns = forms.MultipleChoiceField(
        label=_("Whose permissions does it concern?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "An earlier yes to these no longer counts, and those who gave one are asked again. None: it informs."
        ),
    )
    is_announced = forms.BooleanField(
        label=_("Tell every known customer that there is a new version"),
        required=False,
        help_text=_("A short message by e-mail, else by SMS, with a link to what changed. No advertising."),
    )

    def __init__(
        self, *args: Any, name: str, purposes: Mapping[str, str], instead: Mapping[str, str], **kwargs: Any
    ) -> None:
        """Ask only what a text of this kind needs. `instead`: languages not written, and what is read there."""
        super().__init__(*args, **kwargs)
        kind = rules.kind_of(name)
        if kind != rules.PURPOSE:
            del self.fields["meaning"]
        if name in rules.DOCUMENTS:
            self.fields["concerns"].choices = list(purposes.items())  # type: ignore[attr-defined]
        else:
            del self.fields["concerns"], self.fields["is_announced"]
        names = dict(settings.LANGUAGES)
        for language, other in instead.items():
            self.fields[f"instead_{language}"] = forms.BooleanField(
                label=_("Readers of %(language)s are shown the text in %(other)s")
                % {"language": gettext(str(names[language])), "other": gettext(str(names[other]))},
                required=False,
            )

    @property
    def shown_instead(self) -> list[str]:
        """The languages of which it was said that their readers are shown another one."""
        return [
            name.removeprefix("instead_")
            for name, value in self.cleaned_data.items()
            if name.startswith("instead_") and value
        ]


class PurposeForm(forms.Form):
    """A purpose that begins: its key; its words come as a draft."""

    key = forms.SlugField(
        label=_("Key"),
        max_length=30,
        help_text=_("Short, in small Latin letters, for example: events. Records name it for ever."),
    )
