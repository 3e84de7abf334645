"""A detail of the special categories, with the words under which it is told."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.rules import special


class SpecialForm(forms.Form):
    """What the customer told, and the box without which nothing is kept."""

    value = forms.CharField(max_length=special.LONGEST)
    agreed = forms.BooleanField(error_messages={"required": _("Without an explicit yes it may not be kept.")})
