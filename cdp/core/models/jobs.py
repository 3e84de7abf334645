"""Long work with progress: imports, exports. A job is a row; the queue only wakes whoever works on it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models.base import Model, Placement


class Job(Model):
    """One piece of long work. `checkpoint` moves in the same transaction as the facts it stands for, so a killed job
    goes on exactly where its last committed chunk ended.
    """

    placement = Placement.LOCAL

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    title = models.CharField(max_length=200, blank=True)
    params = models.JSONField(default=dict)
    checkpoint = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    fingerprint = models.BinaryField(null=True)  # what makes two requests the same work, e.g. file and mapping
    # The session advisory lock the working process holds; whoever gets that lock knows the worker is dead.
    claimed_by = models.BigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Workers looking for work, and the jobs tray.
            models.Index(fields=["id"], name="core_job_open", condition=models.Q(state__in=["waiting", "running"])),
            # An import that is started again looks for its unfinished job.
            models.Index(fields=["fingerprint"], name="core_job_fingerprint"),
        ]


class JobReject(Model):
    """A row that was refused: its line, column and reason; the offending value is sealed under the hour's key.

    The first entry of a line also keeps the whole row, sealed alike, so that it can be mended and imported again.
    """

    placement = Placement.LOCAL

    job = models.ForeignKey(Job, models.CASCADE, related_name="rejects")
    line = models.BigIntegerField()
    column = models.CharField(max_length=200)
    reason = models.CharField(max_length=60)
    value = models.BinaryField(null=True)
    row = models.BinaryField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The reject list of a job, in file order.
            models.Index(fields=["job", "line"], name="core_jobreject_line"),
        ]


class ImportTrace(Model):
    """What an import made or changed, so that it can be taken back; sealed under the hour's key, and so for seven days.

    `part` names who can read it (see `imports.undoing`); `subject` is the row that changed, so that everything told of
    it is taken back at once. Empty, the trace is a list of rows that were made.
    """

    placement = Placement.LOCAL

    job = models.ForeignKey(Job, models.CASCADE, related_name="traces", db_index=False)
    part = models.CharField(max_length=30)
    subject = models.UUIDField(null=True)
    data = models.BinaryField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Undoing walks the traces of one import, part by part.
            models.Index(fields=["job", "part", "subject", "id"], name="core_importtrace_walk"),
        ]
