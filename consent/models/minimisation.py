"""Which fields are collected, which are used, and what the shop decided about those that nobody uses."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Placement


class FieldFigure(models.Model):
    """What was counted of one field last night."""

    placement = Placement.LOCAL

    field = models.CharField(max_length=80, primary_key=True)
    have = models.BigIntegerField(default=0)  # known customers (or orders …) that have it
    of = models.BigIntegerField(default=0)
    doors = models.JSONField(default=dict)  # source → how many told it in the last 90 days
    uses = models.JSONField(default=list)  # [{"by", "what", "at"}], the latest first
    last_used_on = models.DateField(null=True)
    is_unused = models.BooleanField(default=False)
    counted_at = models.DateTimeField()


class FieldUse(models.Model):
    """That a field was used on a day, and how often; kept in memory for a moment and written together."""

    placement = Placement.LOCAL

    field = models.CharField(max_length=80)
    by = models.CharField(max_length=12)  # person, export, rest …
    day = models.DateField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # One row a day. Also the index by which the last use of a field is found.
            models.UniqueConstraint(fields=["field", "by", "day"], name="consent_fielduse_once"),
        ]


class FieldDecision(models.Model):
    """What the privacy officer decided about a field, so that nobody is asked again every morning."""

    placement = Placement.SHARED

    class Decision(models.TextChoices):
        KEEP = "keep", _("Needed after all")
        STOP = "stop", _("Not collected any more")
        PURGE = "purge", _("Not collected any more, and removed")

    field = models.CharField(max_length=80, primary_key=True)
    decision = models.CharField(max_length=8, choices=Decision.choices)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
