from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import actors, audit, structures
from cdp.core.files import values
from cdp.core.models import User
from loyalty.models import Offer
from loyalty.rules import benefit

LONGEST_VALID = 3650
KNOWN = {"gives", "percent", "amount", "currency", "minimum"}


class OfferForm(forms.ModelForm):
    percent = forms.DecimalField(
        label=_("percent off"), required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    amount = forms.DecimalField(label=_("amount off"), required=False, min_value=0, max_digits=14, decimal_places=2)
    currency = forms.CharField(label=_("currency"), required=False, max_length=3)
    minimum = forms.DecimalField(
        label=_("smallest basket"), required=False, min_value=0, max_digits=14, decimal_places=2
    )

    class Meta:
        model = Offer
        fields = ("is_on", "percent", "amount", "currency", "minimum", "valid_days")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("percent", "amount", "currency", "minimum"):
            self.initial[name] = (self.instance.benefit or {}).get(name)

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if code and code not in values.currencies():
            raise forms.ValidationError(_("This is no ISO 4217 currency code; write one such as THB."))
        return code

    def clean_valid_days(self) -> int:
        days = int(self.cleaned_data["valid_days"])
        if not 1 <= days <= LONGEST_VALID:
            raise forms.ValidationError(_("A coupon is valid for 1 to 3,650 days."))
        return days

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        stands = self.instance.benefit or {}
        if set(stands) - KNOWN or stands.get("gives", "percent") not in KNOWN:  # saved here, it would give less
            raise forms.ValidationError(
                _("This offer gives more than this form can say. Change it under Loyalty, Rewards.")
            )
        percent, amount = cleaned.get("percent"), cleaned.get("amount")
        if (percent is None) == (amount is None) and not self.errors:
            self.add_error("percent", _("Give either a percentage or an amount."))
        if (amount is not None or cleaned.get("minimum") is not None) and not cleaned.get("currency"):
            self.add_error("currency", _("An amount needs a currency."))
        if not self.errors:
            told = {name: str(cleaned[name]) for name in ("percent", "amount", "minimum") if cleaned.get(name)}
            kind = "amount" if amount is not None else "percent"
            try:
                found = benefit.read({"gives": kind, "currency": cleaned.get("currency") or "", **told})
            except structures.Invalid as error:
                raise forms.ValidationError([problem.message for problem in error.problems]) from error
            self.instance.benefit = benefit.written(found)
        return cleaned


@admin.register(Offer)
class OfferAdmin(admin.ModelAdmin):
    """What new coupons are worth. Coupons that are out keep what they were promised."""

    form = OfferForm
    list_display = ("key", "why", "is_on", "benefit", "valid_days")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Offer | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Offer, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        super().save_model(request, obj, form, change)
        audit.record(
            audit.Action.ADMIN_CHANGED,
            actor=actors.staff(cast("User", request.user)),
            at=timezone.now(),
            subject=obj.key,
            details={"model": "loyalty.Offer", "fields": sorted(form.changed_data)},
        )
