"""When a draft begins to hold, and what is said of it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

MOMENT = "%Y-%m-%dT%H:%M"


class PublishForm(forms.Form):
    """Now or at a moment of the shop's clock; a first version may begin in the past."""

    def __init__(self, data: Any = None, *, is_first: bool, now: datetime) -> None:
        """`now` is the moment that “now” means."""
        super().__init__(data)
        self.now = now
        help_text = _("By the shop's clock. Left empty, at once.")
        if is_first:
            help_text += " " + _("A first version may begin in the past: purchases since then earn.")
        self.fields["on"] = forms.DateTimeField(
            label=_("In force from"),
            required=False,
            input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"],
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
            help_text=help_text,
        )
        self.fields["note"] = forms.CharField(
            label=_("What changes, in a few words"),
            required=False,
            max_length=200,
            help_text=_("Colleagues read it in the list of versions."),
        )

    def starts_at(self) -> datetime:
        """What was chosen. Only of a valid form."""
        chosen: datetime | None = self.cleaned_data["on"]
        return self.now if chosen is None else timezone.localtime(chosen)
