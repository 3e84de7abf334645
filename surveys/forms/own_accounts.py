"""An account of the shop itself, as staff name it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.rules import handles
from surveys.models import SocialAct
from surveys.rules.social import opening


class AccountForm(forms.Form):
    """Platform, name, what opens a ticket; `account` where one is changed."""

    account = forms.UUIDField(required=False, widget=forms.HiddenInput)
    platform = forms.ChoiceField(label=_("Platform"), choices=list(handles.PLATFORMS.items()))
    handle = forms.CharField(
        label=_("Account name"),
        max_length=300,
        help_text=_("@teashop, or the address of its page. On LINE the user ID of the official account (U…)."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    tickets = forms.MultipleChoiceField(
        label=_("Opens a ticket, beside messages"),
        choices=[(kind, label) for kind, label in SocialAct.Kind.choices if kind in opening.CHOICES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Holds for the whole platform. Messages to the shop always open one."),
    )
