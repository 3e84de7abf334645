"""A basket that is tried on the page: lines of articles, whose it is, when, and what was taken off."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty.rules.earning import Basket, Line

LINES = 5
MOMENT = "%Y-%m-%dT%H:%M"
MOST = Decimal(1_000_000_000)


class BasketForm(forms.Form):
    """Five lines, of which those with an amount count."""

    def __init__(self, data: Any = None, *, tiers: list[tuple[str, str]], currency: str) -> None:
        """`tiers` that there are, by key with their names."""
        super().__init__(data)
        for row in range(LINES):
            self.fields[f"sku-{row}"] = forms.CharField(label=_("Article (SKU)"), required=False, max_length=120)
            self.fields[f"category-{row}"] = forms.CharField(label=_("Category"), required=False, max_length=120)
            self.fields[f"quantity-{row}"] = _amount(_("Pieces"))
            self.fields[f"amount-{row}"] = _amount(_("Amount of the line (%(currency)s)") % {"currency": currency})
        self.fields["tier"] = forms.ChoiceField(
            label=_("Member's tier"), required=False, choices=[("", _("No tier")), *tiers]
        )
        self.fields["at"] = forms.DateTimeField(
            label=_("Bought at"),
            required=False,
            input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"],
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
            help_text=_("Left empty, now."),
        )
        self.fields["discount"] = _amount(_("Discount on the whole"))
        self.fields["rewards"] = _amount(
            _("Of it paid with points, vouchers or coupons"), _("Counted as part of the discount.")
        )
        self.fields["tax"] = _amount(_("Tax inside the amounts"))

    def rows(self) -> Iterator[list[Any]]:
        """The fields of each line."""
        for row in range(LINES):
            yield [self[f"{name}-{row}"] for name in ("sku", "category", "quantity", "amount")]

    def clean(self) -> dict[str, Any]:
        """Something has to be bought, and no more can be taken off than that."""
        given = super().clean() or {}
        if self.errors:
            return given
        whole = sum((line.amount for line in self._lines(given)), Decimal(0))
        if not self._lines(given):
            self.add_error("amount-0", _("Say at least one amount."))
        elif (given["discount"] or 0) > whole:
            self.add_error("discount", _("This is more than the lines come to."))
        if (given["rewards"] or 0) > (given.get("discount") or 0):
            self.add_error("rewards", _("This is more than the discount."))
        return given

    def basket(self, now: datetime) -> Basket:
        """What was filled in. Only of a valid form."""
        given, lines = self.cleaned_data, self._lines(self.cleaned_data)
        discount, tax = given["discount"] or Decimal(0), given["tax"] or Decimal(0)
        return Basket(
            at=timezone.localtime(given["at"] or now),
            lines=lines,
            discount=discount,
            tax=tax,
            total=sum((line.amount for line in lines), Decimal(0)) - discount,
            rewards=given["rewards"] or Decimal(0),
        )

    @staticmethod
    def _lines(given: dict[str, Any]) -> list[Line]:
        return [
            Line(given[f"sku-{row}"], given[f"category-{row}"], given[f"quantity-{row}"] or Decimal(1), amount)
            for row in range(LINES)
            if (amount := given[f"amount-{row}"])
        ]


def _amount(label: str, help_text: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, help_text=help_text, required=False, min_value=0, max_value=MOST, decimal_places=4
    )
