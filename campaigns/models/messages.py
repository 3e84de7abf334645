"""Messages as rows: planned once, decided twice, sent once."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.models import OwnedForeignKey, OwnedModel


class Message(OwnedModel):
    """One message to one person for one step and occurrence; that it exists at all is decided by a unique key.

    An occurrence names what set the campaign off (for inactivity: the last order), so the same lapse is never
    answered twice and a new one is answered again.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        SUPPRESSED = "suppressed", _("Not sent")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    campaign_id = models.UUIDField()
    version = models.PositiveIntegerField()
    step = models.PositiveSmallIntegerField()
    occurrence = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    purpose = models.CharField(max_length=30)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(max_length=60, blank=True)  # why suppressed, deferred or failed
    rule = models.CharField(max_length=80, blank=True)  # the law or house rule behind the reason
    # The keyed digest of the address it was planned for, by which people who share one get one message.
    # Null where nothing was planned.
    address = models.BinaryField(null=True, editable=False)
    due_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    # The session advisory lock of the sending process (see services.sending), and whether it had begun to hand over.
    claimed_by = models.BigIntegerField(null=True)
    attempted_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    provider_id = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["customer", "campaign_id", "version", "step", "occurrence"], name="campaigns_message_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The sender's queue.
            models.Index(fields=["channel", "due_at"], name="campaigns_message_queue", condition=Q(state="planned")),
            # Claims to sweep.
            models.Index(fields=["claimed_by"], name="campaigns_message_claims", condition=Q(state="sending")),
            # The messages of a campaign, newest first.
            models.Index(fields=["campaign_id", "-id"], name="campaigns_message_list"),
            # Whether an address has its message from a campaign.
            models.Index(
                fields=["campaign_id", "address"],
                name="campaigns_message_address",
                condition=Q(address__isnull=False),
            ),
            # Results of a campaign.
            models.Index(fields=["campaign_id", "state"], name="campaigns_message_results", include=["reason"]),
        ]


class MessageEvent(OwnedModel):
    """What became of a message: sent, opened, clicked, bounced, unsubscribed … Append-only."""

    message = OwnedForeignKey(Message, models.DO_NOTHING, related_name="events", db_index=False, db_constraint=False)
    campaign_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # A customer's timeline, and one message's history.
            models.Index(fields=["customer", "-at"], name="campaigns_messageevent_time"),
            # Results of a campaign.
            models.Index(fields=["campaign_id", "kind"], name="campaigns_messageevent_kind"),
        ]
