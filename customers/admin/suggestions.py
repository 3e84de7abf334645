from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cdp.core import actors
from cdp.core.models import User
from customers.admin.opening import LookOnlyAdmin
from customers.models import MergeSuggestion
from customers.services import suggestions


@admin.register(MergeSuggestion)
class MergeSuggestionAdmin(LookOnlyAdmin):
    list_display = ("id", "person", "other_id", "reason", "source", "state", "created_at")
    list_filter = ("state", "reason")
    fields = ("id", "person", "other_id", "reason", "source", "state", "created_at")
    readonly_fields = ("id", "person")
    actions = ("keep_apart",)

    def has_keep_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.can("steward"))  # type: ignore[union-attr]

    @admin.action(description=_("Keep apart: they are two people"), permissions=["keep"])
    def keep_apart(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        assert isinstance(request.user, User), "the admin lets in staff only"  # noqa: S101
        done = suggestions.keep_apart(suggestions=list(queryset), actor=actors.staff(request.user), at=timezone.now())
        text = ngettext("%(n)s pair is kept apart.", "%(n)s pairs are kept apart.", done) % {"n": done}
        self.message_user(request, text, messages.SUCCESS)
