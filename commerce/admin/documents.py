from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Source
from commerce.models import Order, Refund
from commerce.rules import money
from commerce.selectors import orders as reading


class ReadOnlyAdmin(admin.ModelAdmin):
    """Orders and refunds are facts of their source: looked at here, changed there."""

    list_per_page = 50
    show_full_result_count = False
    search_help_text = _("The exact number")
    search_fields = ("external_id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ("external_id", "source", "placed_at", "status", "amount", "currency")
    list_filter = ("status", "currency")
    ordering = ("-id",)
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
    readonly_fields = ("customer_id", "lines")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # The number has no index of its own; the keys of all sources answer at once.
        if not search_term:
            return queryset, False
        sources = Source.objects.values_list("key", flat=True)
        return queryset.filter(id__in=reading.ids_by_number(sources, search_term.strip())), False

    @admin.display(description=_("Lines"))
    def lines(self, order: Order) -> SafeString:
        return format_html_join(
            "",
            "<div>{} × {} {} · {}</div>",
            (
                (
                    money.quantity(line.quantity),
                    line.sku,
                    line.name,
                    f"{money.text(line.amount, order.currency)} {order.currency}",
                )
                for line in reading.lines_of([order])[order.id]
            ),
        )


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ("external_id", "source", "at", "amount", "currency", "reason")
    list_filter = ("currency",)
    ordering = ("-id",)
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
    readonly_fields = ("customer_id", "lines")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        sources = Source.objects.values_list("key", flat=True)
        return queryset.filter(id__in=reading.refund_ids_by_number(sources, search_term.strip())), False

    @admin.display(description=_("Lines"))
    def lines(self, refund: Refund) -> SafeString:
        return format_html_join(
            "",
            "<div>{} × {} {} · {}</div>",
            (
                (
                    money.quantity(line.quantity),
                    line.sku,
                    line.name,
                    f"{money.text(line.amount, refund.currency)} {refund.currency}",
                )
                for line in reading.refund_lines_of([refund])[refund.id]
            ),
        )
