from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import actors
from cdp.core.files import values
from cdp.core.models import User
from commerce.models import Product
from commerce.services import products


class ProductForm(forms.ModelForm):
    class Meta:
        model = Product
        fields = ("sku", *products.FIELDS)

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if code and code not in values.currencies():
            raise forms.ValidationError(_("This is no ISO 4217 currency code; write one such as THB."))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("price") is not None and "currency" in cleaned and not cleaned["currency"]:
            self.add_error("currency", _("A price needs a currency."))
        return cleaned


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    """Products are edited here; they are never deleted, because orders of years past name them."""

    form = ProductForm
    list_display = ("sku", "name", "category", "brand", "price", "currency", "updated_at")
    search_fields = ("sku", "name")
    list_per_page = 50
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> tuple[str, ...]:
        return ("sku",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        written, _is_new = products.write(
            sku=obj.sku,
            values={name: form.cleaned_data[name] for name in products.FIELDS if name in form.cleaned_data},
            actor=actors.staff(cast("User", request.user)),
            now=timezone.now(),
        )
        obj.pk, obj.created_at, obj.updated_at = written.pk, written.created_at, written.updated_at
        obj._state.adding = False
