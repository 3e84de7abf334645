"""What the shop has to tell somebody: codes, links to confirm, answers to requests, receipts."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models.base import Model, Placement


class Notice(Model):
    """One notice to one address, written with the fact that it tells of and delivered by `cdp.core.outbox`.

    Address and data are sealed under the customer's key; where there is no customer (`customer_id` is all zeros),
    under the key of the hour, which is gone after seven days.
    """

    placement = Placement.OWNED

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("Not sent")

    # No foreign key: the kernel does not know the customers' table.
    customer_id = models.UUIDField()
    kind = models.CharField(max_length=40)  # which template, see `cdp.core.outbox.registry`
    key = models.CharField(max_length=120)  # that the notice exists once
    purpose = models.CharField(max_length=30)
    channel = models.CharField(max_length=10)
    language = models.CharField(max_length=5)
    address = SealedField()
    address_digest = models.BinaryField(editable=False)  # keyed; by it writing to one address is paced
    data = SealedField()  # what the template says, JSON
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=60, blank=True)  # why deferred, dropped or failed
    rule = models.CharField(max_length=80, blank=True)  # what decided that it may go, or may not
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)  # a code that has lapsed is not sent any more
    sent_at = models.DateTimeField(null=True)
    claimed_by = models.BigIntegerField(null=True)  # the session lock of the process that delivers it
    attempted_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also the index of what was told to one customer.
            models.UniqueConstraint(fields=["customer_id", "key"], name="core_notice_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What is due.
            models.Index(fields=["channel", "due_at"], name="core_notice_queue", condition=Q(state="waiting")),
            # Claims to sweep.
            models.Index(fields=["claimed_by"], name="core_notice_claims", condition=Q(state="sending")),
            # How often an address was written to lately.
            models.Index(fields=["address_digest", "kind", "created_at"], name="core_notice_address"),
        ]
