"""The public warranty card."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cdp.web.forms.products import ProductInput
from cdp.web.forms.public import OLDEST_PURCHASE, DayField, PublicForm, Screen
from commerce.rules import warranties as rules
from commerce.services.warranties import Card


class WarrantyForm(PublicForm):
    """What was bought, when and where, and by whom."""

    key = "warranty"
    screens: ClassVar[Sequence[Screen]] = (
        Screen(_("What did you buy?"), ("product", "serial")),
        Screen(_("When and where?"), ("bought_on", "place", "order_number")),
        Screen(
            _("Who are you?"),
            ("name", "email", "phone"),
            _("By this we find your card when you need it. One way to reach you is enough."),
            asks=True,
        ),
        Screen(
            _("May we write to you?"),
            text=_("Your warranty holds whether you tick something or not."),
            consents=True,
        ),
    )

    product = forms.CharField(
        label=_("Product"), max_length=200, widget=ProductInput, help_text=_("Its name, or the number on the box.")
    )
    serial = forms.CharField(
        label=_("Serial number"),
        max_length=100,
        required=False,
        help_text=_("On the label or the bottom of the product. Letters and digits; blanks do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    bought_on = DayField(label=_("Bought on"))
    place = forms.CharField(
        label=_("Where"), max_length=120, required=False, help_text=_("The shop, or the address of the online store.")
    )
    order_number = forms.CharField(
        label=_("Order or receipt number"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """A purchase lies in the past; a serial number has something to compare."""
        data = super().clean()
        today = timezone.localdate()
        self.check_day("bought_on", earliest=today - OLDEST_PURCHASE, latest=today)
        if data.get("serial") and not rules.plain_serial(data["serial"]):
            self.add_error("serial", gettext("A serial number has letters or digits."))
        return data

    @property
    def card(self) -> Card:
        """What was written on the card."""
        data = self.cleaned_data
        return Card(
            product=data["product"],
            bought_on=data["bought_on"],
            serial=data["serial"],
            place=data["place"],
            order_number=data["order_number"],
        )
