"""What staff decide of themes, and which names the shop listens for."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.selectors import staff
from surveys.models import Brand, Theme
from surveys.services.understanding.deciding import LONGEST_NAME, LONGEST_TASK


class ThemeForm(forms.Form):
    """Name, owner, task, solved, shown."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=_("Empty: its most telling words."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    owner = forms.ChoiceField(label=_("Looked after by"), required=False)
    task = forms.CharField(
        label=_("What is to be done"), required=False, max_length=LONGEST_TASK, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_solved = forms.BooleanField(
        label=_("Solved"),
        required=False,
        help_text=_("The day is kept, and this page tells whether it went on afterwards."),
    )
    is_hidden = forms.BooleanField(
        label=_("Not a theme for us"), required=False, help_text=_("Leaves the list; its texts stay.")
    )

    def __init__(self, *args: Any, theme: Theme, **kwargs: Any) -> None:
        """`theme` as it is."""
        initial = {
            "name": theme.name,
            "owner": str(theme.owner_id or ""),
            "task": theme.task,
            "is_solved": theme.solved_at is not None,
            "is_hidden": theme.is_hidden,
        }
        super().__init__(*args, **{**kwargs, "initial": initial})
        field: Any = self.fields["owner"]
        people = [(str(user.id), str(user)) for user in staff.active()]
        left = [(initial["owner"], staff.names([theme.owner_id]).get(str(theme.owner_id), "–"))]
        known = {code for code, _name in people} | {""}
        field.choices = [("", _("Nobody yet")), *people, *(left if initial["owner"] not in known else [])]

    @property
    def owner_id(self) -> uuid.UUID | None:
        """Who was chosen; None for nobody."""
        text = self.cleaned_data["owner"]
        return uuid.UUID(text) if text else None


class BrandForm(forms.Form):
    """A name with its spellings, one a line."""

    brand = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label=pgettext_lazy("brand", "Name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    whose = forms.ChoiceField(
        label=pgettext_lazy("brand", "Whose"), choices=Brand.Whose.choices, initial=Brand.Whose.COMPETITOR
    )
    spellings = forms.CharField(
        label=_("Other spellings"),
        required=False,
        max_length=2000,
        help_text=_("One a line, in any script: Starbucks, สตาร์บัคส์, 스타벅스."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
