"""What staff write down of a yes or a no that reached them past every form: on paper, by letter, by mail, in a talk."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

YES, NO = "yes", "no"
PAPER, LETTER, MAIL, PERSON, PHONE = "paper", "letter", "mail", "staff", "phone"
WAYS = [
    (PAPER, _("On a paper form")),
    (PERSON, _("In person")),
    (PHONE, _("On the telephone")),
    (LETTER, _("By letter")),
    (MAIL, _("By e-mail")),
]
LONGEST_WORDS = 4000
_MINUTE = dt.timedelta(minutes=1)


class RecordingForm(forms.Form):
    """One statement. `offered` are the matters with their channels: [(purpose's name, [(value, label)])]."""

    about = forms.ChoiceField(label=_("About"))
    said = forms.ChoiceField(
        label=_("What the customer said"),
        choices=[(YES, _("Yes, they allow it")), (NO, _("No, they refuse it or take it back"))],
        widget=forms.RadioSelect,
    )
    way = forms.ChoiceField(label=_("How they said it"), choices=WAYS)
    at = forms.DateTimeField(
        label=_("When they said it"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help_text=_("The day on the form, not the day on which you write it down."),
    )
    language = forms.ChoiceField(label=_("Language of the words"), choices=settings.LANGUAGES)
    words = forms.CharField(
        label=_("The words they saw or heard"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("As they stand on the form or were read out. A yes without its words proves nothing."),
    )

    def __init__(self, *args: Any, offered: Sequence[tuple[str, Sequence[tuple[str, str]]]], **kwargs: Any) -> None:
        """The matters that this shop has."""
        super().__init__(*args, **kwargs)
        about = self.fields["about"]
        assert isinstance(about, forms.ChoiceField), "declared above"  # noqa: S101
        about.choices = [("", _("Choose")), *((name, list(channels)) for name, channels in offered)]

    def clean(self) -> dict[str, Any]:
        """A yes needs its words."""
        cleaned = super().clean() or {}
        if cleaned.get("said") == YES and not cleaned.get("words", "").strip():
            self.add_error("words", _("Write the words to which the customer said yes."))
        return cleaned

    @property
    def matter(self) -> tuple[str, str]:
        """Purpose and channel."""
        purpose, _dot, channel = self.cleaned_data["about"].partition(".")
        return purpose, channel

    def moment(self, now: dt.datetime) -> dt.datetime:
        """When it was said; the present minute is now, so that it stands behind what was said seconds ago."""
        at: dt.datetime = self.cleaned_data["at"]
        return now if at <= now < at + _MINUTE else at


def begun(language: str, *, now: dt.datetime) -> Mapping[str, Any]:
    """What an empty form begins with."""
    return {"at": timezone.localtime(now), "way": PAPER, "language": language}
