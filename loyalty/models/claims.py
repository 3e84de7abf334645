"""What guests bought and claim later: the code on a receipt, and the orders that became somebody's by one."""

from typing import ClassVar

from django.db import models

from cdp.core.models import OwnedModel, Placement


class Receipt(models.Model):
    """The code on the receipt of an order without a customer; itself it is written nowhere, and claimed it is gone."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    source = models.CharField(max_length=60)
    number = models.CharField(max_length=200)  # the order's, in that source
    until = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # What nobody claimed in time is forgotten.
            models.Index(fields=["until"], name="loyalty_receipt_until"),
        ]


class Claim(OwnedModel):
    """An order that somebody claimed by its receipt: it earns, although they joined only after it."""

    order_id = models.UUIDField()
    at = models.DateTimeField()
    resolved_by = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also the look-up of who earns for what.
            models.UniqueConstraint(fields=["customer", "order_id"], name="loyalty_claim_once"),
        ]
