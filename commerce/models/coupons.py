"""What customers did with coupons at the checkout, as their browser told it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import OwnedModel


class CouponTry(OwnedModel):
    """One coupon entered, applied, refused or taken off. The id is that of the event, so it is written once."""

    class Action(models.TextChoices):
        ENTERED = "entered", _("Entered")
        APPLIED = "applied", _("Applied")
        DENIED = "denied", _("Refused")
        REMOVED = "removed", _("Taken off")

    source = models.CharField(max_length=60)
    code = models.CharField(max_length=120)
    name = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=10, choices=Action.choices)
    order_number = models.CharField(max_length=200, blank=True)
    cart_token = models.CharField(max_length=120, blank=True)
    discount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    resolved_by = models.BinaryField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The timeline of a customer, newest first.
            models.Index(fields=["customer", "-at"], name="commerce_coupontry_customer"),
        ]
