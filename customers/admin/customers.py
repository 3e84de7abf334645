from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.admin.opening import PROFILE, LookOnlyAdmin
from customers.models import Customer, Status
from customers.selectors.profiles import Kind, Profile

OPENED = ("opened_name", "opened_email", "opened_phone", "opened_street")
PLAIN = (
    "status",
    "merged_into",
    "birth_date",
    *Customer.PLAIN,
    "interests",
    "tags",
    "source",
    "sources",
    "is_sample",
    "created_at",
    "updated_at",
)


@admin.register(Customer)
class CustomerAdmin(LookOnlyAdmin):
    list_display = ("id", "opened_name", "masked_email", "masked_phone", "country", "province", "source", "created_at")
    list_filter = ("status", "country")
    owner = "id"
    fields = ("id", *OPENED, *PLAIN)
    readonly_fields = ("id", *OPENED)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).exclude(status=Status.BUCKET)
        return rows.defer("search_tokens", "given_name_key")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if not request.user.can("customers.reveal"):  # type: ignore[union-attr]
            return ("id", "opened_name", "masked_email", "masked_phone", *PLAIN)
        return self.fields

    @admin.display(description=_("Name"))
    def opened_name(self, row: Customer) -> str:
        return _profile(row).name

    @admin.display(description=_("E-mail"))
    def opened_email(self, row: Customer) -> str:
        return _profile(row).email

    @admin.display(description=_("Phone"))
    def opened_phone(self, row: Customer) -> str:
        return _profile(row).phone

    @admin.display(description=_("Street"))
    def opened_street(self, row: Customer) -> str:
        place = _profile(row).place
        return place.street if place else ""

    @admin.display(description=_("E-mail"))
    def masked_email(self, row: Customer) -> str:
        contact = _profile(row).contact(Kind.EMAIL)
        return contact.masked if contact else ""

    @admin.display(description=_("Phone"))
    def masked_phone(self, row: Customer) -> str:
        contact = _profile(row).contact(Kind.PHONE)
        return contact.masked if contact else ""


def _profile(row: Customer) -> Profile:
    profile: Profile = getattr(row, PROFILE)
    return profile
