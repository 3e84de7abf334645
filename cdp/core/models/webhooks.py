"""What other systems are told: who subscribed, what happened, and what became of each telling."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models.base import Model, Placement


class Webhook(Model):
    """An address of another system and the events it is told of, for one purpose."""

    placement = Placement.SHARED

    name = models.CharField(_("name"), max_length=120)
    url = models.CharField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=40), default=list)
    # The purpose for which the receiver uses what it is told: the gate judges every person by it.
    purpose = models.CharField(_("purpose"), max_length=30, default="third_party")
    ring_key = models.CharField(max_length=40)
    wrapped = models.BinaryField()  # the secret it is signed with
    is_active = models.BooleanField(_("in use"), default=True)
    failing_since = models.DateTimeField(null=True)  # since when every attempt failed
    paused_until = models.DateTimeField(null=True)  # it could not be reached, or asked for time
    disabled_at = models.DateTimeField(null=True)
    disabled_for = models.CharField(max_length=20, blank=True)  # gone, failing; empty: by staff
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60, blank=True)  # kind and id of who made it

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering: ClassVar[list[str]] = ["-id"]


class WebhookSecret(models.Model):
    """The secret that a webhook had before, which signs beside the new one until receivers have changed theirs."""

    placement = Placement.SHARED

    webhook = models.OneToOneField(Webhook, models.CASCADE, primary_key=True, related_name="former")
    ring_key = models.CharField(max_length=40)
    wrapped = models.BinaryField()
    ends_at = models.DateTimeField()


class WebhookFact(Model):
    """Something that others may be told of, written in the transaction of the fact itself. Its id is the message's."""

    placement = Placement.LOCAL

    event = models.CharField(max_length=40)
    customer_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    sealed = models.BinaryField()  # the data told, under the key of the hour
    is_stop = models.BooleanField(default=False, db_default=False)  # told to everybody: see `publishing.Fact`

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Forgetting a person.
            models.Index(fields=["customer_id"], name="core_webhookfact_customer"),
        ]


class WebhookDelivery(Model):
    """One fact for one webhook: whether it may be told, and how the telling goes. Rows go after weeks."""

    placement = Placement.LOCAL

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        DENIED = "denied", _("Not allowed")
        FAILED = "failed", _("Given up")

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    fact_id = models.UUIDField()
    event = models.CharField(max_length=40)
    customer_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    is_stop = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=60, blank=True)
    rule = models.CharField(max_length=60, blank=True)  # by which it was allowed or denied
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    took_ms = models.PositiveIntegerField(null=True)  # how long the receiver took to answer the last time
    sealed = models.BinaryField(null=True)  # the data told; gone once it is settled for good

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Fanning out twice tells nobody twice.
            models.UniqueConstraint(fields=["fact_id", "webhook"], name="core_webhookdelivery_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What waits for one address, the oldest of each person first.
            models.Index(
                fields=["webhook", "fact_id"], name="core_webhookdelivery_waits", condition=models.Q(state="waiting")
            ),
            # The list of one webhook, newest first.
            models.Index(fields=["webhook", "-fact_id"], name="core_webhookdelivery_list"),
            # Forgetting a person.
            models.Index(fields=["customer_id"], name="core_webhookdelivery_customer"),
        ]
