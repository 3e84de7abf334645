"""Asking for a link to the preference centre, and naming a guardian."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cdp.core import outbox
from consent.forms.contacts import read


class GuardianForm(forms.Form):
    """Whom to ask for a child."""

    guardian_name = forms.CharField(max_length=120)
    guardian_email = forms.EmailField(max_length=254)


class LinkForm(forms.Form):
    """Where a link is sent: an e-mail address, and a phone number where the shop can send short texts."""

    contact = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={"required": _("Please write your e-mail address, like name@example.com.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say which ways there are."""
        super().__init__(*args, **kwargs)
        field = self.fields["contact"]
        self.takes_phones = outbox.reaches("sms")
        if self.takes_phones:
            field.label = _("Your e-mail address or phone number")
            field.error_messages["required"] = _("Please write your e-mail address or your phone number.")
        else:
            field.help_text = _(
                "We send the link by e-mail only. Without an address, ask us at the counter or by phone."
            )

    def clean(self) -> dict[str, Any]:
        """`channel` and `address` (standardised) beside what was typed."""
        cleaned = super().clean() or {}
        text = str(cleaned.get("contact", ""))
        if not text:
            return cleaned
        found = read(text)
        if found.channel != "email" and not self.takes_phones:
            self.add_error("contact", _("We can send the link to an e-mail address only, like name@example.com."))
        elif found.problem:
            self.add_error("contact", found.problem)
        cleaned["channel"], cleaned["address"] = found.channel, found.address
        return cleaned
