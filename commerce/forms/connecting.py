"""What is asked to connect a store or a platform."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cdp.core import source_secrets
from commerce.hooks.stores import Store


class ConnectForm(forms.Form):
    """Secrets go in and never come out: their fields are empty even after a mistake. Only what that kind of store or
    platform has is asked for, by the names it has there.
    """

    name = forms.CharField(
        label=_("Name of the store or page"),
        max_length=60,
        help_text=_(
            "Latin letters and digits. It becomes part of the address. If you import files of the same store or page,"
            " take the name they have: then both are one source."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        min_length=source_secrets.SHORTEST,
        max_length=source_secrets.LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
        help_text=_("It is kept encrypted and cannot be shown again; a new one replaces it."),
    )
    token = forms.CharField(
        required=False,
        max_length=source_secrets.LONGEST_TOKEN,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
        help_text=_("We ask for a lead with it. It may come later; leads wait for it for seven days."),
    )
    consent_box = forms.CharField(
        label=_("Box for consent to marketing by e-mail"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "The key of the box in the form (LinkedIn: its number). Only when somebody ticks it, consent is recorded,"
            " with the lead as proof."
        ),
    )

    replaces = forms.BooleanField(
        label=_("Replace the connection of this name"),
        required=False,
        help_text=_("Its secret goes, and what is signed with it is turned away from then on."),
    )

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        """For one kind of store or platform."""
        super().__init__(*args, **kwargs)
        self.fields["secret"].label = str(store.guide.secret)
        if store.guide.token:
            self.fields["token"].label = str(store.guide.token)
        else:
            del self.fields["token"]
        if not store.guide.has_consent_box:
            del self.fields["consent_box"]
