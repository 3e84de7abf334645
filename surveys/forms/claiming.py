"""Bringing the code of an anonymous answer: the code, and one way to be reached."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from customers.rules import people
from customers.rules.people import Person


class ClaimForm(forms.Form):
    """Nothing but what is needed to hand somebody their reward."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=60,
        help_text=_("As it stood on the page after your answers. Capital or small letters and hyphens do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    phone = forms.CharField(
        label=pgettext_lazy("number", "Phone"),
        max_length=40,
        required=False,
        help_text=_("From another country: with its country code, like +82 10 1234 5678."),
        widget=forms.TelInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    # People never see it; programs that fill every field do.
    website = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, today: dt.date, is_kiosk: bool = False, **kwargs: Any) -> None:
        """On the shop's tablet nothing is offered that the last person typed."""
        super().__init__(*args, **kwargs)
        self.today = today
        self.person = Person()
        if is_kiosk:
            for field in self.fields.values():
                field.widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        """One way to be reached, readable by the standard of all doors."""
        data = super().clean() or self.cleaned_data
        told = {name: data.get(name, "") for name in ("email", "phone")}
        rules = people.Rules(region=settings.CDP_SHOP_COUNTRY, today=self.today)
        self.person, faults = people.clean(told, rules)
        for fault in faults:
            self.add_error(fault.field, str(fault.problem.reason))
        if not (self.person.email or self.person.phone or {"email", "phone"} & set(self.errors)):
            self.add_error("email", gettext("Give an e-mail address or a phone number, so that we can reach you."))
        self.person.language = (get_language() or "")[:2]
        return data
