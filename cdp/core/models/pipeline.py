"""Which customers changed. See `cdp.core.pipeline` for why marks are appended and never unique."""

from typing import ClassVar

from django.db import models

from cdp.core.models.base import Placement


class Mark(models.Model):
    """A customer whose derived rows may be behind the facts."""

    placement = Placement.LOCAL

    id = models.BigAutoField(primary_key=True)
    customer_id = models.UUIDField()
    lane = models.SmallIntegerField()
    cause = models.CharField(max_length=60)
    depth = models.SmallIntegerField(default=0)
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The drain takes the oldest marks of a lane.
            models.Index(fields=["lane", "id"], name="core_mark_lane"),
            # … and then all marks of the customers it locked.
            models.Index(fields=["customer_id"], name="core_mark_customer"),
        ]


class PipelineState(models.Model):
    """One row per customer that a drain locks, so that two drains never work on the same customer."""

    placement = Placement.LOCAL

    customer_id = models.UUIDField(primary_key=True)
