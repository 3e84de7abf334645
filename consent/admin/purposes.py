from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import actors, audit
from cdp.core.models import User
from consent.models import Channel, Purpose


class PurposeForm(forms.ModelForm):
    channels = forms.MultipleChoiceField(label=_("channels"), choices=Channel.choices)

    class Meta:
        model = Purpose
        fields = ("key", "name", "description", "channels", "position", "is_active")

    def clean_name(self) -> dict[str, str]:
        return _texts(self.cleaned_data["name"])

    def clean_description(self) -> dict[str, str]:
        return _texts(self.cleaned_data["description"])


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()) or "en" not in value:
        raise forms.ValidationError(_('Write one text for each language, English at least: {"en": "…"}.'))
    return value


@admin.register(Purpose)
class PurposeAdmin(admin.ModelAdmin):
    """Purposes are never deleted: records of years past name them. One out of use is simply not offered."""

    form = PurposeForm
    list_display = ("key", "position", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Purpose | None = None) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Purpose | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Purpose, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        super().save_model(request, obj, form, change)
        audit.record(
            audit.Action.ADMIN_CHANGED,
            actor=actors.staff(cast("User", request.user)),
            at=timezone.now(),
            subject=obj.key,
            details={"model": "consent.Purpose", "fields": sorted(form.changed_data)},
        )
