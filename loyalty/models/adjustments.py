"""Points that staff want to give or take and that somebody else has to decide."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel
from loyalty.rules.adjusting import Why


class Adjustment(OwnedModel):
    """More than one person may decide alone: it waits for a second one. What was approved is an act of the ledger."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for a second person")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    wallet = models.CharField(max_length=20)
    amount = models.DecimalField(max_digits=18, decimal_places=4)  # below zero: to take
    reason = models.CharField(max_length=40, choices=Why.choices)
    words = SealedField()  # what they wrote beside it
    reverses = models.UUIDField(null=True)  # the act that this takes back
    about = models.CharField(max_length=60, blank=True, default="", db_default="")  # `review:<id>`: what is thanked for
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    answer = SealedField()  # why it was refused
    act_id = models.UUIDField(null=True)  # what came of it

    class Meta:
        verbose_name = _("adjustment that waits")
        verbose_name_plural = _("adjustments that wait")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="loyalty_adjustment_amount", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="loyalty_adjustment_decided",
                condition=Q(state="waiting", decided_at__isnull=True)
                | ~Q(state="waiting") & Q(decided_at__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # A customer's, newest first.
            models.Index(fields=["customer", "-id"], name="loyalty_adjustment_customer"),
            # What waits, oldest first.
            models.Index(fields=["id"], name="loyalty_adjustment_waiting", condition=Q(state="waiting")),
            # The list of all, newest first.
            models.Index(fields=["-id"], name="loyalty_adjustment_list"),
        ]
