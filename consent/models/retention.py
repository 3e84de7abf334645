"""How long each kind of data is kept, and what every run of the rules took away."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, Placement
from cdp.core.retention.registry import ACTIONS
from cdp.core.retention.terms import Unit

UNITS = [(Unit.DAYS.value, _("days")), (Unit.MONTHS.value, _("months")), (Unit.YEARS.value, _("years"))]


class RetentionRule(models.Model):
    """What the shop has decided for one kind; a kind without a row has what its law and the product propose."""

    placement = Placement.SHARED

    kind = models.CharField(max_length=60, primary_key=True)
    amount = models.PositiveSmallIntegerField(null=True)  # null: as long as the person is a customer
    unit = models.CharField(max_length=6, choices=UNITS, default=Unit.YEARS.value)
    action = models.CharField(max_length=10, choices=[(key.value, word) for key, word in ACTIONS.items()])  # type: ignore[attr-defined]
    paused_at = models.DateTimeField(null=True)  # since then no run takes anything of this kind
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)


class RetentionRun(Model):
    """One run over all kinds, dry or not, with the rules as they were when it began."""

    placement = Placement.LOCAL

    began_at = models.DateTimeField()
    as_of = models.DateTimeField()  # what is over by then
    finished_at = models.DateTimeField(null=True)
    is_dry = models.BooleanField(default=False)
    night = models.DateField(null=True)  # of which night it is the run, in the shop's zone
    job_id = models.UUIDField(null=True)
    started_by = models.UUIDField(null=True)
    rules = models.JSONField(default=list)  # of `consent.rules.retention.Ruling`, in order

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Two beats that wake at once start one run.
            models.UniqueConstraint(
                fields=["night"], name="consent_retentionrun_nightly", condition=models.Q(night__isnull=False)
            ),
        ]


class RetentionLine(Model):
    """What one run found and took of one kind. Append-only."""

    placement = Placement.LOCAL

    class Outcome(models.TextChoices):
        FOUND = "found", _("Found")  # a dry run
        REMOVED = "removed", _("Removed")
        PROPOSED = "proposed", _("Proposed")
        UNCONFIRMED = "unconfirmed", _("Waits for the privacy officer")
        PAUSED = "paused", _("Paused")
        KEPT = "kept", _("Kept")
        BUSY = "busy", _("In use, the next run goes on")

    run = models.ForeignKey(RetentionRun, models.DO_NOTHING, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=60)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    before = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0)  # over, when the run looked
    people = models.BigIntegerField(default=0)
    oldest = models.DateTimeField(null=True)
    held = models.BigIntegerField(default=0)  # over, but kept by a legal hold
    checksum = models.CharField(max_length=20, blank=True)  # of the ids, whatever their order
    tables = models.JSONField(default=dict)
    samples = models.JSONField(default=list)
    removed = models.BigIntegerField(default=0)
    removed_checksum = models.CharField(max_length=20, blank=True)
    removed_tables = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # A run that goes on after a kill writes no line twice. Also the index of a report.
            models.UniqueConstraint(fields=["run", "position"], name="consent_retentionline_once"),
        ]
