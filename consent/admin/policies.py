from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import User
from consent.models import PolicyText, PolicyVersion
from consent.services import policies


class PolicyTextInline(admin.StackedInline):
    model = PolicyText
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        return False


@admin.register(PolicyVersion)
class PolicyVersionAdmin(admin.ModelAdmin):
    """Only to be looked at: texts are written and published under /consent/documents/, where it is said what a new
    meaning ends and every language is looked after. Nobody publishes around that here.
    """

    list_display = ("policy", "version", "published_at", "summary")
    list_filter = ("policy",)
    fields = ("policy", "version", "summary", "published_at")
    inlines = (PolicyTextInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._note_refusal(request, object_id)
        if request.method == "POST":
            raise PermissionDenied
        return super().change_view(request, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._note_refusal(request, object_id)
        return super().delete_view(request, object_id, extra_context)

    def _note_refusal(self, request: HttpRequest, object_id: str) -> None:
        """Write down who tried to change a text here. Before Django refuses, which ends the transaction it opens."""
        version = self.get_object(request, unquote(object_id)) if request.method == "POST" else None
        if version is not None and version.published_at is not None:
            policies.refused(
                version=version, way="admin", actor=actors.staff(cast("User", request.user)), at=timezone.now()
            )
