"""What stores tell by webhook, from the answer 200 until it is a fact, and what must not be forgotten of it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, Placement, Source


class HookDelivery(Model):
    """One verified delivery. `sealed` is its body under the key of the hour; nothing personal stands in clear.

    The row outlives its body for some days, so that a delivery sent again is known.
    """

    placement = Placement.LOCAL

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        IGNORED = "ignored", _("Left aside")
        FAILED = "failed", _("Failed")

    digest = models.BinaryField(unique=True)  # keyed: source, the store's delivery id, topic, body
    source = models.ForeignKey(Source, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    vendor = models.CharField(max_length=20)
    topic = models.CharField(max_length=80)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    # The order this refund belongs to has not been told yet: a mark's digest, see StoreMark.
    waits_for = models.BinaryField(null=True)
    reason = models.CharField(max_length=60, blank=True)  # a code of ours, never a value of the body
    place = models.CharField(max_length=120, blank=True)  # where in the body
    sealed = models.BinaryField(null=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The next delivery to work on.
            models.Index(
                fields=["next_at", "id"], name="commerce_hookdelivery_next", condition=models.Q(state="waiting")
            ),
            # An order arrived: who waited for it?
            models.Index(
                fields=["waits_for"], name="commerce_hookdelivery_waits", condition=models.Q(waits_for__isnull=False)
            ),
            # The page of failures, newest first.
            models.Index(fields=["-id"], name="commerce_hookdelivery_failed", condition=models.Q(state="failed")),
            # Forgetting old ones.
            models.Index(fields=["received_at"], name="commerce_hookdelivery_age"),
        ]


class HookTally(Model):
    """How many deliveries of a topic ended how, per source; topics we do not use are counted here and nowhere else."""

    placement = Placement.LOCAL

    source = models.ForeignKey(Source, models.CASCADE, related_name="+", db_index=False)
    topic = models.CharField(max_length=80)
    outcome = models.CharField(max_length=10)  # HookDelivery.State, or "unknown"
    count = models.BigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Counting adds to the row.
            models.UniqueConstraint(fields=["source", "topic", "outcome"], name="commerce_hooktally_once"),
        ]


class StoreMark(models.Model):
    """How far a store has told one thing (an order, a customer, a cart …): keyed digest → the store's own clock.

    An older telling is left aside. `number` is the name that people use for the thing, which later messages do not
    repeat: refunds name their order by the store's inner id only.
    """

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    told_at = models.DateTimeField()
    number = models.CharField(max_length=200, blank=True)


class StoreNotice(Model):
    """Something a store asks a person of ours to look at: privacy requests, a deleted customer, a removed app."""

    placement = Placement.LOCAL

    class Kind(models.TextChoices):
        DATA_REQUEST = "data_request", _("A customer asks for their data")
        CUSTOMER_REDACT = "customer_redact", _("A customer asks to be erased")
        SHOP_REDACT = "shop_redact", _("The store asks to erase all its customers")
        CUSTOMER_DELETED = "customer_deleted", _("The store deleted a customer")
        UNINSTALLED = "uninstalled", _("The app was removed from the store")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    source = models.ForeignKey(Source, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    digest = models.BinaryField(unique=True)  # keyed: source, kind, the store's own number of the request
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    closed_at = models.DateTimeField(null=True)
    person_id = models.UUIDField(null=True)  # whom we know under what the store named, if anybody
    ring_key = models.CharField(max_length=40, blank=True)
    wrapped = models.BinaryField(null=True)  # what the store named, under the key ring; gone once it is closed

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The list of staff: open ones first, newest first.
            models.Index(fields=["state", "-id"], name="commerce_storenotice_state"),
        ]
