"""What people and staff fill in about requests."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import outbox
from consent.forms import contacts
from consent.models import PrivacyRequest, Right
from consent.rules import requests as rules
from consent.services.requests import intake, rectifying
from consent.services.requests.rectifying import FIELD_NAMES

RIGHT_HELP = {
    Right.ACCESS: _("Everything we have about you, as a file you can read."),
    Right.PORTABILITY: _("What you told us and did with us, as a file for programs."),
    Right.RECTIFICATION: _("Something is wrong or out of date."),
    Right.ERASURE: _("We forget you. This cannot be taken back."),
    Right.RESTRICTION: _("We keep your data and do nothing with them."),
    Right.OBJECTION: _("No advertising on any channel, and no profiling."),
    Right.WITHDRAWAL: _("Everything you allowed ends at once."),
}
FILLED_BY = {
    "name": "name",
    "given_name": "given-name",
    "family_name": "family-name",
    "email": "email",
    "phone": "tel",
    "birth_date": "bday",
    "street": "street-address",
    "city": "address-level2",
    "province": "address-level1",
    "postcode": "postal-code",
    "country": "country-name",
}
"""What a browser knows of its owner, by field (HTML autofill)."""


class AskForm(forms.Form):
    """The public form: a right, a way of contact, and what should be corrected. No more than sign-up asks for."""

    right = forms.ChoiceField(choices=Right.choices)
    contact = forms.CharField(
        label=_("Your e-mail address or phone number"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        help_text=_("The one you gave us. We send a code there, to be sure that it is you."),
        error_messages={"required": _("Please write your e-mail address or your phone number.")},
    )
    said = forms.CharField(
        label=_("Anything we should know"),
        required=False,
        max_length=rules.LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, right: str = "", **kwargs: Any) -> None:
        """`right` is what was chosen; a correction asks for the fields as well."""
        super().__init__(*args, **kwargs)
        self.fields["right"].widget = forms.HiddenInput()
        self.takes_phones = outbox.reaches("sms")
        if not self.takes_phones:
            field = self.fields["contact"]
            field.label = _("Your e-mail address")
            field.help_text = _(
                "The one you gave us. We send a code there, to be sure that it is you. Without an e-mail address, ask"
                " us at the counter or by phone."
            )
            field.error_messages["required"] = _("Please write your e-mail address, like name@example.com.")
        if right == Right.RECTIFICATION:
            self.fields |= _change_fields()
            self.order_fields(["right", *(f"new_{name}" for name in rules.CORRECTABLE), "said", "contact"])

    def clean(self) -> dict[str, Any]:
        """Read the way of contact by the rules every door has; a correction corrects something."""
        cleaned = super().clean() or {}
        if text := str(cleaned.get("contact", "")):
            found = contacts.read(text)
            cleaned["address"], cleaned["channel"] = found.address, found.channel
            if found.channel != "email" and not self.takes_phones:
                self.add_error("contact", _("We can send the code to an e-mail address only, like name@example.com."))
            elif found.problem:
                self.add_error("contact", found.problem)
        if cleaned.get("right") == Right.RECTIFICATION:
            if not self.changes and not cleaned.get("said"):
                self.add_error(None, _("Write what is right in at least one field."))
            _mark_unreadable(self, self.changes, country="")
        return cleaned

    @property
    def changes(self) -> dict[str, str]:
        """What should be corrected, by field."""
        told = {name: str(self.data.get(f"new_{name}", "")).strip() for name in rules.CORRECTABLE}
        return {name: value for name, value in told.items() if value}


class CodeForm(forms.Form):
    """A one-time code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "class": "code-input"}
        ),
    )


STAFF_IDENTITIES = [
    ("", _("Not yet")),
    ("id_card", _("Saw an identity card")),
    ("knows_order", _("Knows details of an order")),
    ("code", _("Read out a code we sent")),
    ("mandate", _("Showed a mandate")),
    ("guardian_proof", _("Showed to be the guardian")),
]
STAFF_DOORS = [
    (value, label)
    for value, label in PrivacyRequest.Door.choices
    if value not in {PrivacyRequest.Door.WEB, PrivacyRequest.Door.REST}
]


def _change_fields() -> dict[str, forms.Field]:
    """A field for every value that may be corrected."""
    found: dict[str, forms.Field] = {}
    for name in rules.CORRECTABLE:
        widget = forms.TextInput(attrs={"autocomplete": FILLED_BY[name]})
        found[f"new_{name}"] = forms.CharField(
            label=FIELD_NAMES[name], required=False, max_length=rectifying.LONGEST, widget=widget
        )
    found["new_birth_date"].help_text = _("Day, month and year, for example 24 March 1990.")
    return found


def _mark_unreadable(form: forms.Form, changes: dict[str, str], *, country: str) -> None:
    """Say at its field what no door of the shop would take; what was typed stays there."""
    for name, reason in rectifying.faults(changes, country=country, today=timezone.localdate()).items():
        form.add_error(f"new_{name}", reason)


class IntakeForm(forms.Form):
    """What staff write down for somebody who asks at the counter, on the phone or by letter."""

    right = forms.ChoiceField(label=_("The customer asks for"), choices=Right.choices, widget=forms.RadioSelect)
    door = forms.ChoiceField(label=_("How they asked"), choices=STAFF_DOORS)
    received_on = forms.DateField(
        label=_("On which day it came"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    identity = forms.ChoiceField(label=_("How you made sure who asks"), choices=STAFF_IDENTITIES, required=False)
    asker = forms.ChoiceField(label=_("Who asks"), choices=PrivacyRequest.Asker.choices)
    proof = forms.CharField(
        label=_("What shows that they may"),
        required=False,
        max_length=500,
        help_text=_("Of a guardian or an agent: which paper you saw, from when."),
    )
    language = forms.ChoiceField(label=_("Language of the answer"), choices=settings.LANGUAGES)
    said = forms.CharField(
        label=_("In the customer's words"),
        required=False,
        max_length=rules.LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, country: str = "", **kwargs: Any) -> None:
        """Corrections have a field each; `country` is where the customer lives."""
        super().__init__(*args, **kwargs)
        self._country = country
        self.fields |= _change_fields()

    def clean(self) -> dict[str, Any]:
        """What should be corrected can be read; and all that is missing is told at once, each at its field."""
        cleaned = super().clean() or {}
        if cleaned.get("right") == Right.RECTIFICATION:
            _mark_unreadable(self, self.changes, country=self._country)
            if not self.changes and not cleaned.get("said"):
                self.add_error("said", _("Write what should be corrected."))
        if cleaned.get("asker") not in {None, PrivacyRequest.Asker.PERSON} and not cleaned.get("proof"):
            self.add_error("proof", _("Write by what the guardian or agent may ask."))
        came, today = cleaned.get("received_on"), timezone.localdate()
        if came is not None and not today - intake.OLDEST < came <= today:
            self.add_error("received_on", _("The day on which it came lies too far back, or in the future."))
        return cleaned

    @property
    def changes(self) -> dict[str, str]:
        """What should be corrected, by field."""
        told = {name: str(self.cleaned_data.get(f"new_{name}", "")).strip() for name in rules.CORRECTABLE}
        return {name: value for name, value in told.items() if value}

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """All but the corrections."""
        return [field for field in self if not field.name.startswith("new_")]

    @property
    def change_fields(self) -> list[forms.BoundField]:
        """The corrections."""
        return [field for field in self if field.name.startswith("new_")]
