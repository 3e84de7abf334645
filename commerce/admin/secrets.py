from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import actors, source_secrets
from cdp.core.models import SourceSecret, User


class SourceSecretForm(forms.ModelForm):
    """The secret goes in and never comes out: the field is always empty."""

    secret = forms.CharField(
        label=_("Secret"),
        strip=True,
        min_length=source_secrets.SHORTEST,
        max_length=source_secrets.LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
        help_text=_("Copied from the store. It is kept sealed and cannot be shown again; a new one replaces it."),
    )

    class Meta:
        model = SourceSecret
        fields = ("source",)


@admin.register(SourceSecret)
class SourceSecretAdmin(admin.ModelAdmin):
    form = SourceSecretForm
    list_display = ("source", "set_at")
    list_select_related = ("source",)
    ordering = ("source__key",)

    def get_readonly_fields(self, request: HttpRequest, obj: SourceSecret | None = None) -> tuple[str, ...]:
        return ("source",) if obj else ()

    def save_model(self, request: HttpRequest, obj: SourceSecret, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        now, actor = timezone.now(), actors.staff(cast("User", request.user))
        source_secrets.put(source=obj.source, secret=form.cleaned_data["secret"], actor=actor, now=now)
        obj.pk = SourceSecret.objects.get(source=obj.source).pk
