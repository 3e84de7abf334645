"""What waits for somebody's second step, and what was told to whom because the law wants it told."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel


class Pending(OwnedModel):
    """Boxes that somebody ticked in a form and that count once the link in a mail to that address was confirmed.

    No record of the ledger: nobody knows yet who ticked them. `told` is the proof as the form gave it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for the confirmation")
        CONFIRMED = "confirmed", _("Confirmed")
        EXPIRED = "expired", _("Never confirmed")

    boxes = models.JSONField(default=list)  # [purpose, channel] of each; the words are in `told`
    source = models.CharField(max_length=60)
    method = models.CharField(max_length=30)
    policy_version = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=5, blank=True)
    address_digest = models.BinaryField(editable=False)  # keyed; which address was asked
    told = SealedField()  # words, form, shortened address of the network, browser: JSON
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    at = models.DateTimeField()  # when the boxes were ticked
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "consent_pending"
        verbose_name = _("pending confirmation")
        verbose_name_plural = _("pending confirmations")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-at"], name="consent_pending_customer"),
            # What was never confirmed.
            models.Index(fields=["expires_at"], name="consent_pending_waiting", condition=Q(state="waiting")),
            # What is so old that its proof is not needed any more.
            models.Index(fields=["settled_at"], name="consent_pending_settled", condition=Q(settled_at__isnull=False)),
        ]


class ContactWish(OwnedModel):
    """How often somebody wants to hear from us, and until when not at all. No word about permission.

    Two rows of one person (after a merge) are read together, and the quieter one holds.
    """

    class Frequency(models.TextChoices):
        USUAL = "usual", _("As often as there is news")
        WEEKLY = "weekly", _("At most once a week")
        MONTHLY = "monthly", _("At most once a month")

    frequency = models.CharField(max_length=10, choices=Frequency.choices, default=Frequency.USUAL)
    paused_until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("wish of how often")
        verbose_name_plural = _("wishes of how often")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer"], name="consent_contactwish_customer"),
        ]


class Guardianship(OwnedModel):
    """Who was asked to decide for a child, how they proved to be the guardian, and until when their word holds."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        CONFIRMED = "confirmed", _("Agreed")
        REFUSED = "refused", _("Refused")
        EXPIRED = "expired", _("Never answered")
        ENDED = "ended", _("The child decides now")

    channel = models.CharField(max_length=10)
    address = SealedField()  # the guardian's
    name = SealedField()
    boxes = models.JSONField(default=list)  # [purpose, channel] of each that was asked for
    told = SealedField()  # words and proof, JSON
    language = models.CharField(max_length=5, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    method = models.CharField(max_length=40, blank=True)  # how they were verified, a key of the law pack
    verified_by = models.UUIDField(null=True)  # the member of staff who saw it
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # of the question
    decided_at = models.DateTimeField(null=True)
    ends_on = models.DateField()  # the day from which the child may decide

    class Meta:
        verbose_name = _("word of a guardian")
        verbose_name_plural = _("words of guardians")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-asked_at"], name="consent_guardian_customer"),
            # Questions nobody answered.
            models.Index(fields=["expires_at"], name="consent_guardian_asked", condition=Q(state="asked")),
            # Children who grew up.
            models.Index(fields=["ends_on"], name="consent_guardian_ends", condition=Q(state="confirmed")),
        ]


class Confirmation(OwnedModel):
    """That somebody was told what we have noted of their word (14 days), or that it still holds (two years): once."""

    class Kind(models.TextChoices):
        RESULT = "result", _("What was noted")
        STILL = "still", _("That it still holds")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    record_id = models.UUIDField()  # the statement it tells of
    at = models.DateTimeField()
    notice_id = models.UUIDField(null=True)  # null: there was no way to tell
    channel = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name = _("confirmation to a customer")
        verbose_name_plural = _("confirmations to customers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "kind", "record_id", "at"], name="consent_confirmation_once"),
        ]
