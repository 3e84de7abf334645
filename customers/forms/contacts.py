"""Why somebody wants to see a contact detail. A choice, never free text: reasons end up in the access log."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.rules.reasons import REASONS


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why do you need it?"), choices=REASONS)
