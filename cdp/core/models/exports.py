"""Files that staff asked for: what, why, who let it go, and whom it holds for as long as it lies there."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core.crypto.fields import SealedField
from cdp.core.models.base import Model, Placement


class Export(Model):
    """One file. Its rows lie sealed under `CDP_VAR/exports` until it ends; what stays is who asked for what and why."""

    placement = Placement.LOCAL

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("export", "Waits for a second person")
        REFUSED = "refused", pgettext_lazy("export", "Refused")
        MAKING = "making", pgettext_lazy("export", "Being made")
        READY = "ready", pgettext_lazy("export", "Ready")
        ENDED = "ended", pgettext_lazy("export", "Ended")

    class End(models.TextChoices):
        EXPIRED = "expired", pgettext_lazy("export", "Expired")
        ERASED = "erased", pgettext_lazy("export", "Somebody in it was erased")
        DELETED = "deleted", pgettext_lazy("export", "Deleted")
        GROWN = "grown", pgettext_lazy("export", "More people than were asked for")
        TAKEN = "taken", pgettext_lazy("export", "Written on the server")

    kind = models.CharField(max_length=40)
    about = models.JSONField(default=dict, blank=True)  # the one thing it is of, such as a survey, and its filters
    segment = models.CharField(max_length=120, blank=True)  # its key; empty: everybody
    purpose = models.CharField(max_length=30)
    channel = models.CharField(max_length=10, blank=True)  # by which people are reached with it; empty: by none
    columns = ArrayField(models.CharField(max_length=200), default=list)
    form = models.CharField(max_length=10)
    ring_key = models.CharField(max_length=40, editable=False)
    wrapped = models.BinaryField(editable=False)  # the key of what staff wrote, under the key ring
    reason = SealedField()
    is_masked = models.BooleanField(default=False)  # who asked may not see contacts
    is_personal = models.BooleanField(default=True)
    asked_by = models.UUIDField(null=True)  # nobody: whoever runs the server, by the command
    asked_at = models.DateTimeField()
    people = models.PositiveIntegerField(default=0)  # as counted when it was asked for
    left_out = models.JSONField(default=dict)  # reason of the gate → people: when asked, then as it was made
    needs_second = models.BooleanField(default=False)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_why = SealedField()
    state = models.CharField(max_length=10, choices=State.choices)
    job_id = models.UUIDField(null=True)
    rows = models.PositiveBigIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)  # people in the file
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    downloads = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    ended_for = models.CharField(max_length=10, choices=End.choices, blank=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Nobody lets their own file go, whichever door they try.
            models.CheckConstraint(
                name="core_export_second_is_another",
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
            ),
            # A file that needs a second person is not made before one has decided.
            models.CheckConstraint(
                name="core_export_decided_first",
                condition=models.Q(needs_second=False)
                | models.Q(decided_by__isnull=False)
                | models.Q(state__in=["waiting", "ended"]),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The list of one colleague, and how much they took along today.
            models.Index(fields=["asked_by", "-id"], name="core_export_asked_by"),
            # What waits for a second person, what is made, what expires: few at any time.
            models.Index(
                fields=["state"],
                name="core_export_open",
                condition=models.Q(state__in=["waiting", "making", "ready"]),
            ),
        ]


class ExportPortion(Model):
    """Whom one piece of a file holds, for as long as the file lies there: erasing finds its files by it."""

    placement = Placement.LOCAL

    export = models.ForeignKey(Export, models.CASCADE, related_name="portions", db_index=False)
    position = models.PositiveIntegerField()
    people = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["export", "position"], name="core_exportportion_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Which files hold somebody who is erased.
            GinIndex(fields=["people"], name="core_exportportion_people"),
        ]
