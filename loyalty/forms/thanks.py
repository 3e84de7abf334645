"""Thanking for a useful suggestion."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.forms.adjusting import MOST
from loyalty.models import Offer
from loyalty.selectors import benefits
from loyalty.selectors.wallets import Wallet
from loyalty.services.giving import LONGEST_WORDS

COUPON = "coupon:"
"""Before the key of an offer, among what can be given."""


class ThanksForm(forms.Form):
    """With what, how much, and what was useful. `reference` stands for a suggestion that is no row of ours."""

    what = forms.ChoiceField(label=_("Thank with"), widget=forms.RadioSelect)
    amount = forms.DecimalField(
        label=_("How much"),
        required=False,
        min_value=Decimal("0.0001"),
        max_value=MOST,
        decimal_places=4,
        help_text=_("Of points or credit; a coupon says itself what it gives."),
    )
    words = forms.CharField(
        label=_("What was useful"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_WORDS,
        help_text=_("Only colleagues read this. The customer is thanked for the suggestion in words of ours."),
    )
    reference = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, known: Sequence[Wallet], offers: Sequence[Offer], **kwargs: Any) -> None:
        """`known` are wallets that can be given, `offers` coupons."""
        super().__init__(*args, **kwargs)
        names = benefits.names_of(one.gives for one in offers)
        choices = [(one.key, one.title) for one in known]
        choices += [
            (COUPON + one.key, gettext("Coupon: %(gives)s") % {"gives": benefits.words(one.gives, names)})
            for one in offers
        ]
        self.fields["what"].choices = choices  # type: ignore[attr-defined]
        if choices:
            self.fields["what"].initial = choices[0][0]
        self.fields["reference"].initial = uuid.uuid4()

    @property
    def offer(self) -> str:
        """The offer that was chosen; empty for points or credit. Only of a valid form."""
        what: str = self.cleaned_data["what"]
        return what.removeprefix(COUPON) if what.startswith(COUPON) else ""

    def clean_words(self) -> str:
        """Some words, in any script."""
        words = " ".join(str(self.cleaned_data["words"]).split())
        if len(words) < 3:
            raise forms.ValidationError(gettext("Say in a few words what was useful."))
        return words

    def clean(self) -> dict[str, Any]:
        """Points and credit need a number."""
        told = super().clean() or self.cleaned_data
        if told.get("what") and not self.offer and not told.get("amount") and "amount" not in self.errors:
            self.add_error("amount", gettext("Say how much."))
        return told
