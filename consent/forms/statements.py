"""What the page of the ledger is asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.models import Channel, ConsentRecord
from consent.selectors.statements import Filters


class StatementsForm(forms.Form):
    """The filters of the page, from its address."""

    purpose = forms.ChoiceField(required=False, label=_("Purpose"))
    channel = forms.ChoiceField(required=False, choices=[("", _("All channels")), *Channel.choices], label=_("Channel"))
    status = forms.ChoiceField(
        required=False, choices=[("", _("Everything")), *ConsentRecord.Status.choices], label=_("What was said")
    )
    method = forms.CharField(required=False, max_length=30, label=_("Way of telling"))
    form = forms.CharField(required=False, max_length=60, label=_("Form"))

    def __init__(self, *args: Any, purposes: dict[str, str], **kwargs: Any) -> None:
        """Offer these purposes, key → name."""
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = [("", _("All purposes")), *purposes.items()]  # type: ignore[attr-defined]

    @property
    def filters(self) -> Filters:
        """What is asked for; a filter that cannot be read asks for nothing."""
        self.is_valid()
        asked = self.cleaned_data
        return Filters(**{name: asked.get(name, "").replace("\0", "") for name in Filters.__slots__})
