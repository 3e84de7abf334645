"""Pre-orders: what somebody wants to be kept for them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel


class PreOrder(OwnedModel):
    """One wish for an article, before it is an order. `sku` and `name` are the catalogue's; typed words are sealed."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        CONFIRMED = "confirmed", _("Confirmed")
        READY = "ready", _("Ready")
        COLLECTED = "collected", _("Handed over")
        CANCELLED = "cancelled", _("Cancelled")

    class Way(models.TextChoices):
        PICKUP = "pickup", _("Pick up in the shop")
        DELIVERY = "delivery", _("Have it delivered")

    number = models.CharField(max_length=12)  # what the customer says at the counter; random, of this form only
    sku = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=300, blank=True)
    typed = SealedField()
    quantity = models.PositiveIntegerField()
    wish_on = models.DateField(null=True)
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.PICKUP)
    address = SealedField()  # where to, as typed
    note = SealedField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    source = models.CharField(max_length=60)
    placed_at = models.DateTimeField()
    state_at = models.DateTimeField()
    resolved_by = models.BinaryField(null=True)  # by which identifier the person was known

    class Meta:
        verbose_name = _("pre-order")
        verbose_name_plural = _("pre-orders")
        indexes: ClassVar[list[models.Index]] = [
            # Page and timeline of a customer, newest first.
            models.Index(fields=["customer", "-placed_at"], name="commerce_preorder_customer"),
            # The staff list of one state, and how many wait.
            models.Index(fields=["state", "-id"], name="commerce_preorder_state"),
            # All of them, newest first.
            models.Index(fields=["-id"], name="commerce_preorder_list"),
            # What is told at the counter.
            models.Index(fields=["number"], name="commerce_preorder_number"),
        ]
