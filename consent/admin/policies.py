from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import actors, audit
from cdp.core.models import User
from consent.models import PolicyText, PolicyVersion
from consent.services import policies


class PolicyTextInline(admin.StackedInline):
    model = PolicyText
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        return _is_open(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        return _is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        return _is_open(obj) and super().has_delete_permission(request, obj)


@admin.register(PolicyVersion)
class PolicyVersionAdmin(admin.ModelAdmin):
    """A version is written here, then published by the action; what is published is final."""

    list_display = ("policy", "version", "published_at", "summary")
    list_filter = ("policy",)
    fields = ("policy", "version", "summary", "published_at")
    readonly_fields = ("published_at",)
    inlines = (PolicyTextInline,)
    actions = ("publish",)

    def has_change_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        return _is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        # Without `obj` Django asks for the bulk action, which would meet published ones.
        return obj is not None and _is_open(obj) and super().has_delete_permission(request, obj)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._note_refusal(request, object_id)
        return super().change_view(request, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._note_refusal(request, object_id)
        return super().delete_view(request, object_id, extra_context)

    def _note_refusal(self, request: HttpRequest, object_id: str) -> None:
        """Write down who tried to change what is final. Before Django refuses, which ends the transaction it opens."""
        version = self.get_object(request, unquote(object_id)) if request.method == "POST" else None
        if version is not None and not _is_open(version):
            policies.refused(
                version=version, way="admin", actor=actors.staff(cast("User", request.user)), at=timezone.now()
            )

    def save_model(self, request: HttpRequest, obj: PolicyVersion, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        super().save_model(request, obj, form, change)
        audit.record(
            audit.Action.ADMIN_CHANGED,
            actor=actors.staff(cast("User", request.user)),
            at=timezone.now(),
            subject=obj.id,
            details={"model": "consent.PolicyVersion", "policy": obj.policy, "version": obj.version},
        )

    @admin.action(description=_("Publish the chosen versions now"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[PolicyVersion]) -> None:
        for version in queryset:
            try:
                policies.publish(version=version, actor=actors.staff(cast("User", request.user)), at=timezone.now())
            except policies.UnableToPublish as error:
                self.message_user(request, f"{version}: {error}", messages.WARNING)
            else:
                self.message_user(request, _("%(version)s is in force now.") % {"version": version}, messages.SUCCESS)


def _is_open(version: PolicyVersion | None) -> bool:
    return version is None or version.published_at is None
