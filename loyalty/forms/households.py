"""Who joins a household, and that they agree."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.rules import identifiers as identifier_rules
from customers.selectors import identifiers, lineage, listing
from loyalty.rules.households import REASONS, Refusal


class JoinForm(forms.Form):
    """The other person, by what only they have; and that both were told what it means."""

    who = forms.CharField(
        label=_("Who joins"),
        max_length=200,
        help_text=_("Their member number, phone number or e-mail address, in full."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    agrees = forms.BooleanField(
        label=_("Both have heard what it means, and agree"),
        error_messages={"required": _("Ask both first: nobody shares without wanting it.")},
    )

    def clean_who(self) -> Any:
        """The id of the one person whom that names."""
        text = str(self.cleaned_data["who"]).strip()
        if identifier_rules.is_card_number(text):
            raise forms.ValidationError(
                gettext("This is the number of a payment card. It is not looked up and not kept.")
            )
        found = identifiers.holders(listing.digests(text, region=settings.CDP_SHOP_COUNTRY))
        standing = set(lineage.standing(found).values())
        if not standing:
            raise forms.ValidationError(gettext("We know nobody by that."))
        if len(standing) > 1:
            raise forms.ValidationError(gettext("Several people have that. Take the member number."))
        return standing.pop()

    def refuse(self, reason: Refusal) -> None:
        """Say at the field why they may not join."""
        self.add_error("who", str(REASONS[reason]))
