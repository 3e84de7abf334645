"""What the admin pages of this room share: nothing is changed here, and every opened record is noted.

Changes go through the services (the customer page, REST), which check, lock and audit; a raw form would not.
"""

import json
import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from customers.selectors import identifiers, listing, profiles

PROFILE = "opened_profile"


class EstimatingPaginator(Paginator):
    """Takes the planner's word for how many there are: counting a million rows is not worth the wait."""

    @cached_property
    def count(self) -> int:
        """Exact where few."""
        rows: Any = self.object_list
        plan = rows.order_by().values("pk").explain(format="json")
        if not plan:  # nothing can be found, so nobody is asked
            return 0
        planned = int(json.loads(plan)[0]["Plan"]["Plan Rows"])
        return planned if planned > listing.EXACT_BELOW else rows.count()


class OpeningChangeList(ChangeList):
    """Opens the people of one page in a fixed number of queries."""

    def get_results(self, request: HttpRequest) -> None:
        """The page, each row with the profile it belongs to."""
        super().get_results(request)
        rows = list(self.result_list)
        attach(rows)
        self.result_list = rows


def attach(rows: Iterable[Any]) -> None:
    """Give each row the opened profile of its customer."""
    found = list(rows)
    opened = profiles.opened({_customer_of(row) for row in found})
    for row in found:
        setattr(row, PROFILE, opened.get(_customer_of(row)))


def _customer_of(row: Any) -> uuid.UUID:
    return getattr(row, "customer_id", None) or row.id


class LookOnlyAdmin(admin.ModelAdmin):
    """Rows of customers: found by exact identifiers, opened with the access log, changed elsewhere."""

    list_per_page = 50
    show_full_result_count = False
    paginator = EstimatingPaginator
    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    search_fields = ("id",)
    search_help_text = _("An exact e-mail address, phone number, customer number or id")
    owner = "customer_id"
    """The column that names the customer."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return OpeningChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            attach([row])
        return row

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            found = [uuid.UUID(term)]
        except ValueError:
            found = identifiers.holders(listing.digests(term, region=settings.CDP_SHOP_COUNTRY))
        return queryset.filter(**{f"{self.owner}__in": found}), False

    @admin.display(description=_("Customer"))
    def person(self, row: Any) -> SafeString:
        profile = getattr(row, PROFILE, None)
        customer = _customer_of(row)
        label = profile.name if profile and profile.name else str(customer)
        return format_html('<a href="{}">{}</a>', reverse("customers:customer-detail", args=[customer]), label)
