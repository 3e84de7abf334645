from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from cdp.core import actors, audit
from cdp.core.models import User
from consent.models import Purpose


@admin.register(Purpose)
class PurposeAdmin(admin.ModelAdmin):
    """Purposes are never deleted: records of years past name them. One out of use is simply not offered.

    Their words are versions; those and their ways are written, published and arranged under /consent/purposes/, by
    checks that have no twin here. Here is only the order in which they stand.
    """

    fields = ("key", "name", "description", "channels", "position", "is_active")
    list_display = ("key", "position", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Purpose | None = None) -> tuple[str, ...]:
        return ("key", "name", "description", "channels", "is_active")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a purpose begins with words: /consent/purposes/

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
