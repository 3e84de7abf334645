import json
from typing import cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cdp.core import context
from cdp.core.models import User
from consent.models import ConsentRecord
from consent.selectors import ledger

REVEAL = "reveal"


@admin.register(ConsentRecord)
class ConsentRecordAdmin(admin.ModelAdmin):
    """The ledger, to look at. Evidence stays sealed until somebody who may asks for it, which the access log keeps."""

    list_display = ("id", "customer_id", "purpose", "channel", "status", "at", "source", "method")
    list_filter = ("purpose", "channel", "status")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("customer_id",)
    search_help_text = _("The customer's id")
    ordering = ("-id",)
    fields = (
        "customer_id",
        "purpose",
        "channel",
        "status",
        "at",
        "recorded_at",
        "source",
        "method",
        "policy_version",
        "purpose_version",
        "language",
        "actor_kind",
        "actor_id",
        "sealed",
    )
    readonly_fields = ("customer_id", "sealed")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ConsentRecord | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ConsentRecord | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: ConsentRecord | None = None) -> tuple[str, ...]:
        return ("customer_id", "revealed" if _reveals(request) else "sealed")

    def get_fields(self, request: HttpRequest, obj: ConsentRecord | None = None) -> tuple[str, ...]:
        return (*self.fields[:-1], "revealed" if _reveals(request) else "sealed")

    @admin.display(description=_("Evidence"))
    def sealed(self, record: ConsentRecord) -> SafeString | str:
        if not record.evidence:
            return "–"
        return format_html('<a href="?{}=1">{}</a>', REVEAL, _("Sealed. Show it; this is logged."))

    @admin.display(description=_("Evidence"))
    def revealed(self, record: ConsentRecord) -> SafeString:
        found = ledger.evidence(record, ledger.keys(record))
        context.show([record.customer_id])
        return format_html("<pre>{}</pre>", json.dumps(found, ensure_ascii=False, indent=2))


def _reveals(request: HttpRequest) -> bool:
    return REVEAL in request.GET and cast("User", request.user).can("customers.reveal")
