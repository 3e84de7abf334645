from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import actors, audit
from cdp.core.models import User
from customers.models import FormChoice


class ChoiceForm(forms.ModelForm):
    class Meta:
        model = FormChoice
        fields = ("list", "key", "name", "position", "is_active")

    def clean_name(self) -> dict[str, str]:
        value = self.cleaned_data["name"]
        words = isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
        if not words or not value.get("en"):
            raise forms.ValidationError(_('Write one text for each language, English at least: {"en": "…"}.'))
        return cast("dict[str, str]", value)


@admin.register(FormChoice)
class FormChoiceAdmin(admin.ModelAdmin):
    """Choices are never deleted: profiles of years past hold their keys. One out of use is simply not offered."""

    form = ChoiceForm
    list_display = ("key", "list", "position", "is_active")
    list_filter = ("list",)

    def get_readonly_fields(self, request: HttpRequest, obj: FormChoice | None = None) -> tuple[str, ...]:
        return ("list", "key") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: FormChoice | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: FormChoice, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        super().save_model(request, obj, form, change)
        audit.record(
            audit.Action.ADMIN_CHANGED,
            actor=actors.staff(cast("User", request.user)),
            at=timezone.now(),
            subject=obj.key,
            details={"model": "customers.FormChoice", "fields": sorted(form.changed_data)},
        )
