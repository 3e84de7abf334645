"""Who was asked: single-use links, when they went out, and what became of them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.models import OwnedModel, Placement


class InvitationBatch(models.Model):
    """The words of one press of the button, so that its reminders say the same; `id` is `Invitation.batch_id`. One that
    went out with the ready words has no row.
    """

    placement = Placement.SHARED

    id = models.UUIDField(primary_key=True, editable=False)
    survey_id = models.UUIDField()
    letter = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("words of an invitation")
        verbose_name_plural = _("words of invitations")

    def __str__(self) -> str:
        """The id."""
        return str(self.pk)


class InvitationKey(models.Model):
    """Digest of the secret in a link → invitation."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    invitation_id = models.UUIDField()


class Invitation(OwnedModel):
    """One person asked to answer one questionnaire. An anonymous one's carries no secret: nobody sees who answered."""

    class State(models.TextChoices):
        MADE = "made", _("Made")  # nothing went out yet, or staff gave the link by hand
        SENT = "sent", _("Sent")
        ANSWERED = "answered", _("Answered")
        ENDED = "ended", _("Ended")  # over, or taken back

    survey_id = models.UUIDField()
    channel = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.MADE)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)  # when the next reminder is due; none: no more
    reminders = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    context = models.JSONField(default=dict)
    batch_id = models.UUIDField(null=True)  # asked together: one press of a button
    by = models.CharField(max_length=60, blank=True)
    key_digest = models.BinaryField(null=True)  # the row's own key, so that merging can move it

    class Meta:
        verbose_name = _("survey invitation")
        verbose_name_plural = _("survey invitations")
        indexes: ClassVar[list[models.Index]] = [
            # When a person was last asked anything; and what is theirs.
            models.Index(fields=["customer", "-made_at"], name="surveys_invitation_customer"),
            # The funnel of a questionnaire.
            models.Index(fields=["survey_id", "state", "-made_at"], name="surveys_invitation_survey"),
            models.Index(fields=["remind_at"], name="surveys_invitation_remind", condition=Q(remind_at__isnull=False)),
        ]
