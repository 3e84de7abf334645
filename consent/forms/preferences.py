"""Asking for a link to the preference centre."""

from django import forms
from django.utils.translation import gettext_lazy as _


class GuardianForm(forms.Form):
    """Whom to ask for a child."""

    guardian_name = forms.CharField(max_length=120)
    guardian_email = forms.EmailField(max_length=254)


class LinkForm(forms.Form):
    """The address that a link is sent to."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
