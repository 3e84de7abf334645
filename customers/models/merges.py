"""What a merge did, so that it can be taken back exactly."""

from typing import ClassVar

from django.db import models
from django.db.models import Q, Value

from cdp.core.models import OwnedModel


class MergeLog(OwnedModel):
    """`customer` absorbed `absorbed_id`. The row stays with `customer`, even when that one is absorbed in turn.

    Sealed values in the images stay sealed, under keys that move with the person; see ADR 8 for the shapes.
    """

    absorbed_id = models.UUIDField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=60)  # steward, api, or the rule by which the machine decided
    why = models.JSONField(default=dict)  # what they had in common and what named both: kinds and facts, never values
    absorbed_status = models.CharField(max_length=10)
    # Columns of the survivor's row: {"before": {…}, "wrote": {…}}; a field is restored only while it is as written.
    fields = models.JSONField(default=dict)
    # The survivor's row as it was just before, where somebody known was absorbed: {"columns": {…}, "origins": {…}}.
    base = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    moved = models.JSONField(default=dict)  # {model: [row ids]}
    images = models.JSONField(default=dict)  # {model: {row id: the whole row as JSON text}} of rows that collided
    flags = models.JSONField(default=dict)  # {model: {"cleared": [ids], "demoted": [ids]}} of partial unique rules
    identifiers = models.JSONField(default=dict)  # {"own": […], "shared": […], "both": […]}, digests in hex
    undone_at = models.DateTimeField(null=True)
    undone_by_kind = models.CharField(max_length=10, blank=True)
    undone_by_id = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Nobody is absorbed twice at once; the row of the survivor is locked when this is written.
            models.UniqueConstraint(
                fields=["customer", "absorbed_id"], name="customers_mergelog_once", condition=Q(undone_at__isnull=True)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The merges of a survivor, newest first: customer page, consent states, un-merging.
            models.Index(fields=["customer", "-at"], name="customers_mergelog_customer"),
            # Into whom somebody was absorbed: facts that arrive under an old id, un-merging.
            models.Index(fields=["absorbed_id"], name="customers_mergelog_absorbed"),
            # Who stands for several known people, asked with every batch that tells of somebody known: few rows.
            models.Index(
                fields=["customer", "-id"],
                name="customers_mergelog_people",
                condition=Q(undone_at__isnull=True) & ~Q(absorbed_status="anonymous"),
            ),
        ]
