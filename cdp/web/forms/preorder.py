"""The public pre-order form."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cdp.web.forms.products import ProductInput
from cdp.web.forms.public import DayField, PublicForm, Screen
from commerce.models import PreOrder
from commerce.services.preorders import Wish

MOST = 999
LATEST = dt.timedelta(days=732)


class PreorderForm(PublicForm):
    """What somebody wants to be kept for them, until when, and how they get it."""

    key = "preorder"
    terms_reason = _("Needed, because we keep the goods for you under them.")
    screens: ClassVar[Sequence[Screen]] = (
        Screen(_("What would you like?"), ("product", "quantity")),
        Screen(_("When and how?"), ("wish_on", "way", "address", "note")),
        Screen(
            _("Who are you?"),
            ("name", "email", "phone"),
            _("By this we tell you when it is there. One way is enough."),
            asks=True,
        ),
        Screen(
            _("May we write to you?"),
            text=_("Your pre-order is kept whether you tick something or not."),
            consents=True,
        ),
    )

    conditional: ClassVar[frozenset[str]] = PublicForm.conditional | {"address"}

    product = forms.CharField(
        label=_("Product"),
        max_length=200,
        widget=ProductInput,
        help_text=_("Choose one, or describe it in your words."),
    )
    quantity = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        max_value=MOST,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    wish_on = DayField(label=_("Needed by"), required=False)
    way = forms.ChoiceField(
        label=_("How do you get it?"),
        choices=PreOrder.Way.choices,
        initial=PreOrder.Way.PICKUP,
        widget=forms.RadioSelect,
    )
    address = forms.CharField(
        label=_("Where to"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    note = forms.CharField(
        label=_("Anything we should know"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        """A wish lies ahead; what is delivered needs an address."""
        data = super().clean()
        today = timezone.localdate()
        day = data.get("wish_on")
        if day is not None and day < today:
            self.add_error("wish_on", gettext("This day has passed."))
        elif day is not None and day > today + LATEST:
            self.add_error("wish_on", gettext("This lies too far ahead; check the year."))
        if data.get("way") == PreOrder.Way.DELIVERY and not data.get("address") and "address" not in self.errors:
            self.add_error("address", gettext("Where shall we deliver to?"))
        return data

    @property
    def wish(self) -> Wish:
        """What was asked for."""
        data = self.cleaned_data
        return Wish(
            product=data["product"],
            quantity=data["quantity"],
            wish_on=data["wish_on"],
            way=data["way"],
            address=data["address"],
            note=data["note"],
        )
