from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import actors
from cdp.core.files import values
from cdp.core.models import User
from commerce.models import ExchangeRate
from commerce.services import rates


class ExchangeRateForm(forms.ModelForm):
    class Meta:
        model = ExchangeRate
        fields = ("currency", "on", "rate")

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if code not in values.currencies():
            raise forms.ValidationError(_("This is no ISO 4217 currency code; write one such as THB."))
        return code


@admin.register(ExchangeRate)
class ExchangeRateAdmin(admin.ModelAdmin):
    form = ExchangeRateForm
    list_display = ("currency", "on", "rate")
    list_filter = ("currency",)
    ordering = ("currency", "-on")

    def save_model(self, request: HttpRequest, obj: ExchangeRate, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        rates.save(rate=obj, actor=actors.staff(cast("User", request.user)), now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: ExchangeRate) -> None:
        rates.delete(rate=obj, actor=actors.staff(cast("User", request.user)), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ExchangeRate]) -> None:
        for rate in queryset:
            self.delete_model(request, rate)
