"""Why somebody wants to see a contact detail. A choice, never free text: reasons end up in the access log."""

from django import forms
from django.utils.translation import gettext_lazy as _

REASONS = [
    ("asked", _("The customer asked to be contacted")),
    ("order", _("A question about an order or delivery")),
    ("check", _("Comparing two records")),
    ("privacy", _("A privacy request")),
]


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why do you need it?"), choices=REASONS)
