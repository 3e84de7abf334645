"""Carts and checkouts: what somebody was about to buy."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import OwnedForeignKey, OwnedModel, Placement


class CartKey(models.Model):
    """Digest of (source, token) → cart. A cart and its checkout have a token each and are one cart."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    cart_id = models.UUIDField()


class Cart(OwnedModel):
    """One cart, from the first article until it is ordered, emptied or forgotten."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        ORDERED = "ordered", _("Ordered")
        DELETED = "deleted", _("Deleted")

    source = models.CharField(max_length=60)
    tokens = ArrayField(models.CharField(max_length=120))
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    currency = models.CharField(max_length=3, blank=True)
    total = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    started_at = models.DateTimeField()
    told_at = models.DateTimeField()  # the source's clock of the newest telling
    order_id = models.UUIDField(null=True)
    is_recovered = models.BooleanField(default=False)  # it had been left behind before it was ordered
    checkout_at = models.DateTimeField(null=True)  # when the checkout began
    step = models.CharField(max_length=40, blank=True, db_default="")  # the last step of it, in the shop's own words
    payment_method = models.CharField(max_length=60, blank=True, db_default="")
    # What was put in and taken out since the whole content was told last, see commerce.rules.cart_moves.
    moves = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    resolved_by = models.BinaryField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Page and timeline of a customer, newest first.
            models.Index(fields=["customer", "-told_at"], name="commerce_cart_customer"),
            # Who left a cart behind, for campaigns: open carts by age.
            models.Index(fields=["told_at"], name="commerce_cart_open", condition=models.Q(status="open")),
        ]


class CartLine(OwnedModel):
    """One article in a cart."""

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    cart = OwnedForeignKey(Cart, models.DO_NOTHING, related_name="lines", db_index=False, db_constraint=False)
    sku = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=300, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    unit_price = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The lines of a cart.
            models.Index(fields=["customer", "cart"], name="commerce_cartline_cart"),
            # Whether anything is about an article, before it is removed.
            models.Index(fields=["sku"], name="commerce_cartline_sku", condition=~models.Q(sku="")),
        ]
