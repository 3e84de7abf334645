import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cdp.core import context
from cdp.core.models import Source
from commerce.models import Order, Refund
from commerce.rules import money
from commerce.selectors import orders as reading


class DocumentAdmin(admin.ModelAdmin):
    """Orders and refunds are facts of their source: looked at here, changed there.

    `ids_by_number` finds documents of the given sources by their exact number, `lines_of` the lines of documents.
    """

    ids_by_number: Callable[[Iterable[str], str], Sequence[uuid.UUID]]
    lines_of: Callable[[Sequence[Any]], Mapping[uuid.UUID, Sequence[Any]]]

    list_per_page = 50
    show_full_result_count = False
    search_help_text = _("The exact number")
    search_fields = ("external_id",)
    ordering = ("-id",)
    readonly_fields: ClassVar[tuple[str, ...]] = ("customer_id", "lines")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # The number has no index of its own; the keys of all sources answer at once.
        if not search_term:
            return queryset, False
        sources = Source.objects.values_list("key", flat=True)
        return queryset.filter(id__in=self.ids_by_number(sources, search_term.strip())), False

    @admin.display(description=_("Lines"))
    def lines(self, document: Any) -> SafeString:
        return format_html_join(
            "",
            "<div>{} × {} {} · {}</div>",
            (
                (
                    money.quantity(line.quantity),
                    line.sku,
                    line.name,
                    f"{money.text(line.amount, document.currency)} {document.currency}",
                )
                for line in self.lines_of([document])[document.id]
            ),
        )


@admin.register(Order)
class OrderAdmin(DocumentAdmin):
    ids_by_number = staticmethod(reading.ids_by_number)
    lines_of = staticmethod(reading.lines_of)
    list_display = ("external_id", "source", "placed_at", "status", "amount", "currency")
    list_filter = ("status", "currency")
    fields = (
        "external_id",
        "source",
        "customer_id",
        "placed_at",
        "status",
        "currency",
        "total",
        "discount",
        "shipping",
        "tax",
        "amount",
        "is_counted",
        "coupon",
        "channel",
        "store",
        "lines",
        "created_at",
        "updated_at",
    )


@admin.register(Refund)
class RefundAdmin(DocumentAdmin):
    ids_by_number = staticmethod(reading.refund_ids_by_number)
    lines_of = staticmethod(reading.refund_lines_of)
    readonly_fields: ClassVar[tuple[str, ...]] = (*DocumentAdmin.readonly_fields, "reason")
    list_display = ("external_id", "source", "at", "amount", "currency")
    list_filter = ("currency",)
    fields = (
        "external_id",
        "source",
        "customer_id",
        "order_id",
        "at",
        "currency",
        "amount",
        "reason",
        "lines",
        "created_at",
    )

    @admin.display(description=_("Reason"))
    def reason(self, refund: Refund) -> str:
        context.show([refund.customer_id])
        return reading.reasons_of([refund]).get(refund.id, "")
