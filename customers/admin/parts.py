from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto import subjects
from customers.admin.opening import PROFILE, LookOnlyAdmin
from customers.models import Address, ContactPoint, Identifier, Note


@admin.register(ContactPoint)
class ContactPointAdmin(LookOnlyAdmin):
    list_display = ("id", "person", "kind", "masked", "source", "is_primary", "verified_at", "bounced_at")
    list_filter = ("kind", "is_primary")
    fields = ("id", "person", "kind", "masked", "source", "is_primary", "verified_at", "bounced_at", "created_at")
    readonly_fields = ("id", "person", "masked")

    @admin.display(description=_("Value"))
    def masked(self, row: ContactPoint) -> str:
        profile = getattr(row, PROFILE)
        return next((contact.masked for contact in profile.contacts if contact.id == row.id), "") if profile else ""


@admin.register(Address)
class AddressAdmin(LookOnlyAdmin):
    list_display = ("id", "person", "city", "province", "postcode", "country", "is_primary", "created_at")
    list_filter = ("country", "is_primary")
    fields = ("id", "person", "city", "province", "postcode", "country", "is_primary", "source", "created_at")
    readonly_fields = ("id", "person")


@admin.register(Identifier)
class IdentifierAdmin(LookOnlyAdmin):
    """Which customer an identifier leads to. The digest says nothing, so there is no page of one."""

    list_display = ("person", "kind", "source", "is_verified", "is_shared", "created_at")
    list_display_links = None
    list_filter = ("kind", "is_shared")
    # In the order of the index; a list by time would sort them all.
    ordering = ("customer_id", "kind")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_view_permission(request)


@admin.register(Note)
class NoteAdmin(LookOnlyAdmin):
    list_display = ("id", "person", "kind", "at")
    list_filter = ("kind",)
    fields = ("id", "person", "kind", "at", "opened_text")
    readonly_fields = ("id", "person", "opened_text")

    @admin.display(description=_("Text"))
    def opened_text(self, row: Note) -> str:
        keyring = subjects.load([row.customer_id])
        return keyring.open(row.text, table="customers_note", column="text", row=row.id)
