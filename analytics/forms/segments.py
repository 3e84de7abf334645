"""What staff say about a segment besides its rule."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SegmentForm(forms.Form):
    """Name and purpose of a segment; its rule travels beside it as JSON."""

    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(label=_("What is it for?"), max_length=300, required=False)
