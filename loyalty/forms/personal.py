"""What offers of somebody's own give, and for whom they are issued."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core import audiences, structures
from loyalty.models import Offer
from loyalty.rules import benefit
from loyalty.rules.benefit import Amount, Percent
from loyalty.rules.personal import Period

PERIODS = (
    (Period.MONTH.value, pgettext_lazy("offer", "Once a month")),
    (Period.QUARTER.value, pgettext_lazy("offer", "Once a quarter")),
    (Period.YEAR.value, pgettext_lazy("offer", "Once a year")),
)


class GivesForm(forms.Form):
    """A percentage or an amount, and for how long."""

    percent = forms.DecimalField(label=_("Percent off"), required=False, min_value=0, max_value=100, decimal_places=2)
    amount = forms.DecimalField(label=_("Amount off"), required=False, min_value=0, max_digits=14, decimal_places=2)
    valid_days = forms.IntegerField(label=_("Valid for days"), min_value=1, max_value=365, initial=30)
    is_on = forms.BooleanField(label=_("Coupons are given"), required=False)

    def __init__(self, *args: Any, offer: Offer | None, **kwargs: Any) -> None:
        """With what the offer gives now."""
        super().__init__(*args, **kwargs)
        if offer is not None:
            gives = offer.gives
            self.initial = {
                "percent": gives.percent if isinstance(gives, Percent) else None,
                "amount": gives.amount if isinstance(gives, Amount) else None,
                "valid_days": offer.valid_days,
                "is_on": offer.is_on,
            }

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data = super().clean() or {}
        percent, amount = data.get("percent"), data.get("amount")
        if not self.errors and bool(percent) == bool(amount):
            self.add_error("percent", _("Give either a percentage or an amount."))
        if not self.errors:
            told: dict[str, Any] = {"gives": "percent", "percent": str(percent)}
            if amount:
                told = {"gives": "amount", "amount": str(amount), "currency": settings.CDP_CURRENCY}
            try:
                self.benefit = benefit.written(benefit.read(told))
            except structures.Invalid as error:
                raise forms.ValidationError([problem.message for problem in error.problems]) from error
        return data


class IssueForm(forms.Form):
    """For whom, and how often each of them gets one."""

    segment = forms.ChoiceField(label=_("For whom"), required=False)
    period = forms.ChoiceField(label=pgettext_lazy("offer", "How often"), choices=PERIODS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The shop's segments."""
        super().__init__(*args, **kwargs)
        self.fields["segment"].choices = [("", _("All members")), *audiences.choices()]  # type: ignore[attr-defined]
