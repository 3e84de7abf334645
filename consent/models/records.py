"""The consent ledger and the state derived from it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel


class ConsentRecord(OwnedModel):
    """One statement of a customer about a purpose and a channel, with its proof. Append-only in the database."""

    class Status(models.TextChoices):
        GIVEN = "given", _("Given")
        DENIED = "denied", _("Denied")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")  # a "yes" that counts no more, though nobody refused
        RECONFIRMED = "reconfirmed", _("Reconfirmed")
        INHERITED = "inherited", _("Taken over")  # a "yes" said to somebody who lawfully passed it on
        RETRACTED = "retracted", _("Taken back with its import")  # neither yes nor no: see `retracts`

    purpose = models.CharField(max_length=30)
    channel = models.CharField(max_length=10)
    status = models.CharField(max_length=12, choices=Status.choices)
    at = models.DateTimeField()  # when the customer said so
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=60)
    method = models.CharField(max_length=30)  # form, import, api, unsubscribe, staff
    policy_version = models.CharField(max_length=20, blank=True)
    purpose_version = models.CharField(max_length=20, blank=True, default="", db_default="")  # of the purpose's words
    language = models.CharField(max_length=5, blank=True)
    form = models.CharField(max_length=60, blank=True, db_default="")  # which of our forms, or of a platform's
    place = models.CharField(max_length=60, blank=True, db_default="")  # the store, desk or page where it was said
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    evidence = SealedField()  # what was shown and chosen, the shortened address, the browser; JSON
    # The statement of the same customer that counts no more, because the import that told it was taken back: nobody
    # said anything new, so what was said before holds again.
    retracts = models.UUIDField(null=True, editable=False)
    # The files that prove it: [{"id", "digest": SHA-256 of the ciphertext}]. Written before the row is chained.
    files = models.JSONField(null=True, editable=False)

    class Meta:
        verbose_name = _("consent record")
        verbose_name_plural = _("consent records")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # A file imported twice, even at once, writes nothing twice. Also the index of a customer's history.
            models.UniqueConstraint(
                fields=["customer", "purpose", "channel", "at", "source", "status"], name="consent_record_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The few statements with files, for their verification.
            models.Index(fields=["id"], name="consent_record_files", condition=models.Q(files__isnull=False)),
        ]


class ConsentState(OwnedModel):
    """The latest word per purpose and channel, derived from the records and rebuildable from them."""

    purpose = models.CharField(max_length=30)
    channel = models.CharField(max_length=10)
    is_granted = models.BooleanField()
    status = models.CharField(max_length=12)
    # Of what expired, the method of the record that says so: why it ended (see `services.expiring`).
    ended_by = models.CharField(max_length=30, blank=True, default="", db_default="")
    at = models.DateTimeField()
    record_id = models.UUIDField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also the index of the gate and of consent conditions in segments.
            models.UniqueConstraint(fields=["customer", "purpose", "channel"], name="consent_state_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Whole audiences: everybody who allows marketing by e-mail.
            models.Index(
                fields=["purpose", "channel", "customer"],
                name="consent_state_granted",
                condition=models.Q(is_granted=True),
            ),
            # Every "yes" older than a moment: what lapses, what a new meaning ends. At three million states 0.1 ms
            # instead of a walk through the table (0.6 s) for each page of the night.
            models.Index(fields=["purpose", "at"], name="consent_state_said", condition=models.Q(is_granted=True)),
        ]
