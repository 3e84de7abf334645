"""Orders and their lines. Amounts are Decimal in the order's own currency."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import OwnedForeignKey, OwnedModel, Placement


class OrderKey(models.Model):
    """Digest of (source, external id) → order: what makes an order unique over all customers."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    order_id = models.UUIDField()


class Order(OwnedModel):
    """One purchase. `amount` and `is_counted` follow the fine print (Commerce) and are kept by the services."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        PAID = "paid", _("Paid")
        FULFILLED = "fulfilled", _("Fulfilled")
        REFUNDED = "refunded", _("Refunded")
        PARTIALLY_REFUNDED = "partially_refunded", _("Partially refunded")
        VOIDED = "voided", _("Voided")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PAID)
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=18, decimal_places=4, null=True)  # as given by the source
    discount = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    shipping = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    tax = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    amount = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    is_counted = models.BooleanField(default=True)
    coupon = models.CharField(max_length=80, blank=True)
    channel = models.CharField(max_length=40, blank=True)
    store = models.CharField(max_length=80, blank=True)
    content_digest = models.BinaryField(null=True)  # tells "same again" from "changed"
    import_id = models.UUIDField(null=True)  # the import that wrote it last: a later one replaces the lines
    # No row of that import told it so far; one that comes later does.
    is_status_assumed = models.BooleanField(default=False, db_default=False, editable=False)
    is_currency_assumed = models.BooleanField(default=False, db_default=False, editable=False)
    source_updated_at = models.DateTimeField(null=True)
    # Only tracking has told this order so far: the times of the events that told its content and its status. Whatever
    # its store, a file or REST tells wins, and then these are empty.
    tracked_at = models.DateTimeField(null=True, editable=False)
    tracked_status_at = models.DateTimeField(null=True, editable=False)
    # The identifier digest that told whose order it is: un-merging sends later orders to the right side.
    resolved_by = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes: ClassVar[list[models.Index]] = [
            # Metrics, timeline and triggers read the orders of a customer by time; INCLUDE lets the rebuild of all
            # metrics run on the index alone.
            models.Index(
                fields=["customer", "placed_at"],
                name="commerce_order_customer",
                include=["currency", "amount", "is_counted"],
            ),
            # Dashboard figures by day.
            models.Index(fields=["placed_at"], name="commerce_order_placed_at", include=["currency", "amount"]),
        ]


class OrderLine(OwnedModel):
    """One line of an order with amount ≥ 0; lines with a negative amount are returns and live in RefundLine."""

    # The order's own key is checked when it is written; a check per line would cost the import a fifth of its time.
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    order = OwnedForeignKey(Order, models.DO_NOTHING, related_name="lines", db_index=False, db_constraint=False)
    sku = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=300, blank=True)
    category = models.CharField(max_length=200, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    unit_price = models.DecimalField(max_digits=18, decimal_places=4)
    discount = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    amount = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The lines of an order; what a customer ever bought.
            models.Index(fields=["customer", "order"], name="commerce_orderline_order"),
            # Whether anything is about an article, before it is removed.
            models.Index(fields=["sku"], name="commerce_orderline_sku", condition=~models.Q(sku="")),
        ]
