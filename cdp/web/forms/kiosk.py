"""Handing the tablet to a customer, and taking it back."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cdp.web import kiosk
from cdp.web import language as languages
from surveys.selectors import questionnaires


class HandOverForm(forms.Form):
    """Which form the customer sees first, in which language the tablet begins, and where staff go on afterwards."""

    form = forms.ChoiceField(label=_("Form"))
    language = forms.ChoiceField(label=_("Language it begins in"), choices=languages.OWN_NAMES)
    back = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        """Offer the forms, and the surveys that are open at that time. Not the anonymous ones: it is kept whom staff
        had before them, and when they handed the tablet over.
        """
        super().__init__(*args, **kwargs)
        found: list[Any] = [
            ("signup", _("Sign-up")),
            ("warranty", _("Warranty")),
            ("preorder", _("Pre-order")),
            ("feedback", _("Review")),
        ]
        surveys = [(f"{kiosk.SURVEY}{one.slug}", one.name) for one in questionnaires.open_now(at=at)]
        self.fields["form"].choices = [*found, *([(_("Surveys"), surveys)] if surveys else [])]  # type: ignore[attr-defined]


class UnlockForm(forms.Form):
    """A password; an address only for somebody else than the one who handed the tablet over."""

    # Of the two words that browsers know for passwords this is the one they never fill in by themselves.
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )
    email = forms.CharField(
        label=_("Your e-mail"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )

    def clean_email(self) -> Any:
        """Without what no address has."""
        return str(self.cleaned_data["email"]).replace("\x00", "").strip()
