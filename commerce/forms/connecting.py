"""What is asked to connect a store or a platform."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cdp.core import source_secrets
from commerce.hooks.registry import PLATFORMS, STORES


class ConnectForm(forms.Form):
    """Secrets go in and never come out: their fields are empty even after a mistake."""

    vendor = forms.ChoiceField(
        label=_("What is connected"),
        required=False,  # empty: either of the stores, as secrets were entered before there were platforms
        choices=[(store.key, store.name) for store in STORES.values()],
    )
    name = forms.CharField(
        label=_("Name of the store or page"),
        max_length=60,
        help_text=_("Latin letters and digits. It becomes part of the address that you give to the store."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("Secret"),
        min_length=source_secrets.SHORTEST,
        max_length=source_secrets.LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
        help_text=_(
            "What the webhooks are signed with: of Facebook the app secret, of LinkedIn the client secret, of LINE the"
            " channel secret. It is kept sealed and cannot be shown again; a new one replaces it."
        ),
    )
    token = forms.CharField(
        label=_("Access token"),
        required=False,
        max_length=source_secrets.LONGEST_TOKEN,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
        help_text=_(
            "Facebook, LinkedIn and LINE only: what we ask for a lead with. It may come later; leads wait for it"
            " for seven days."
        ),
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

    def clean(self) -> dict[str, Any]:
        """Stores have neither tokens nor boxes."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("vendor") not in PLATFORMS:
            for name in ("token", "consent_box"):
                if given.get(name):
                    self.add_error(name, _("Stores need none; leave this empty."))
        return given
