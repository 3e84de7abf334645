from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import actors
from cdp.core.models import User
from commerce.models import Store, Storefront
from commerce.services import stores


@admin.register(Store)
class StoreAdmin(admin.ModelAdmin):
    """Stores come with the first order that names them; here they get a name people know. They are never deleted."""

    list_display = ("code", "name", "place", "channel")
    search_fields = ("code", "name", "place")
    fields = ("code", *stores.FIELDS)
    list_per_page = 50

    def get_readonly_fields(self, request: HttpRequest, obj: Store | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Store | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Store, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        values = {name: form.cleaned_data[name] for name in stores.FIELDS}
        written = stores.write(
            code=obj.code, values=values, actor=actors.staff(cast("User", request.user)), now=timezone.now()
        )
        obj.pk, obj.created_at = written.pk, written.created_at
        obj._state.adding = False


class StorefrontForm(forms.ModelForm):
    class Meta:
        model = Storefront
        fields = ("source", "orders_of", "number_prefix", "takes_orders")
        labels = {"number_prefix": _("what stands before its numbers there")}


@admin.register(Storefront)
class StorefrontAdmin(admin.ModelAdmin):
    """Which website tells of which store's orders, so that an order told by both is one."""

    form = StorefrontForm
    list_display = ("source", "orders_of", "number_prefix", "takes_orders")
    list_select_related = ("source", "orders_of")

    def save_model(self, request: HttpRequest, obj: Storefront, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        stores.tie(front=obj, actor=actors.staff(cast("User", request.user)), now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Storefront) -> None:
        stores.untie(front=obj, actor=actors.staff(cast("User", request.user)), now=timezone.now())
