"""What is asked to connect a store."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cdp.core import source_secrets


class ConnectForm(forms.Form):
    """The secret goes in and never comes out: the field is empty even after a mistake."""

    name = forms.CharField(
        label=_("Name of the store"),
        max_length=60,
        help_text=_("Latin letters and digits. It becomes part of the address that you give to the store."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("Secret"),
        min_length=source_secrets.SHORTEST,
        max_length=source_secrets.LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
        help_text=_("Copied from the store. It is kept sealed and cannot be shown again; a new one replaces it."),
    )
