"""Money given back: a document of its own, with or without the order it belongs to."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedForeignKey, OwnedModel, Placement


class RefundKey(models.Model):
    """Digest of (source, external id) → refund."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    refund_id = models.UUIDField()


class Refund(OwnedModel):
    """One refund or return; `amount` is positive."""

    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)
    order_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    words = SealedField()  # why, as somebody wrote it
    content_digest = models.BinaryField(null=True)
    import_id = models.UUIDField(null=True)
    is_currency_assumed = models.BooleanField(default=False, db_default=False, editable=False)  # as of the order
    is_tracked = models.BooleanField(default=False, db_default=False, editable=False)  # goes when its store tells
    resolved_by = models.BinaryField(null=True)  # as of the order
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        indexes: ClassVar[list[models.Index]] = [
            # Metrics and timeline of a customer.
            models.Index(fields=["customer", "at"], name="commerce_refund_customer", include=["currency", "amount"]),
        ]


class RefundLine(OwnedModel):
    """One returned article; quantity and amount are positive."""

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    refund = OwnedForeignKey(Refund, models.DO_NOTHING, related_name="lines", db_index=False, db_constraint=False)
    sku = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=300, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    unit_price = models.DecimalField(max_digits=18, decimal_places=4)
    amount = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The lines of a refund.
            models.Index(fields=["customer", "refund"], name="commerce_refundline_refund"),
            # Whether anything is about an article, before it is removed.
            models.Index(fields=["sku"], name="commerce_refundline_sku", condition=~models.Q(sku="")),
        ]
