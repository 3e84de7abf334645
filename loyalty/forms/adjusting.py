"""Giving and taking points by hand."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.rules.adjusting import Why
from loyalty.selectors.wallets import Wallet
from loyalty.services.giving import LONGEST_WORDS

GIVE, TAKE = "give", "take"
MOST = Decimal(10) ** 12


class AdjustForm(forms.Form):
    """Which wallet, which way, how much, and why. `reference` is the form's own number: sent twice, it counts once."""

    wallet = forms.ChoiceField(label=_("What"))
    way = forms.ChoiceField(
        label=_("Give or take"),
        choices=[(GIVE, _("Give")), (TAKE, _("Take"))],
        initial=GIVE,
        widget=forms.RadioSelect,
    )
    amount = forms.DecimalField(label=_("How much"), min_value=Decimal("0.0001"), max_value=MOST, decimal_places=4)
    reason = forms.ChoiceField(label=_("Why"), choices=[("", "—"), *Why.choices])
    words = forms.CharField(
        label=_("What happened"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_WORDS,
        help_text=_("Kept with the entry. Whoever checks it later reads only this."),
    )
    reference = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, known: list[Wallet], **kwargs: Any) -> None:
        """`known` are the wallets there are."""
        super().__init__(*args, **kwargs)
        self.fields["wallet"].choices = [(one.key, one.many) for one in known]  # type: ignore[attr-defined]
        self.fields["reference"].initial = uuid.uuid4().hex

    @property
    def signed(self) -> Decimal:
        """The amount, below zero where it is taken. Only of a valid form."""
        amount: Decimal = self.cleaned_data["amount"]
        return amount if self.cleaned_data["way"] == GIVE else -amount

    def clean_words(self) -> str:
        """Some words, in any script."""
        words = " ".join(str(self.cleaned_data["words"]).split())
        if len(words) < 3:
            raise forms.ValidationError(gettext("Say in a few words what happened."))
        return words


class WordsForm(forms.Form):
    """Why something is taken back or refused."""

    words = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}), max_length=LONGEST_WORDS)

    def clean_words(self) -> str:
        """Some words, in any script."""
        words = " ".join(str(self.cleaned_data["words"]).split())
        if len(words) < 3:
            raise forms.ValidationError(gettext("Say in a few words why."))
        return words


class EnrolForm(forms.Form):
    """What somebody agrees to when staff enrol them."""

    agrees = forms.BooleanField(
        label=_("The person wants to take part"),
        error_messages={"required": _("Ask the person first: nobody is enrolled without wanting it.")},
    )
    accepts = forms.BooleanField(label=_("They have read the terms and accept them"))

    def __init__(self, *args: Any, has_terms: bool, **kwargs: Any) -> None:
        """Without published terms there is nothing to accept."""
        super().__init__(*args, **kwargs)
        if not has_terms:
            del self.fields["accepts"]
