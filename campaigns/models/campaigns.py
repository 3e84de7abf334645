"""Campaigns: what sets them off, whom they reach, what they send."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, Placement


class Campaign(Model):
    """One campaign. Editing makes a new version; messages name the version they were planned by."""

    placement = Placement.SHARED

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    name = models.CharField(_("name"), max_length=120)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    purpose = models.CharField(_("purpose"), max_length=30, default="marketing")
    current_version = models.PositiveIntegerField(default=1)
    activated_at = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        """The name."""
        return self.name


class CampaignVersion(Model):
    """The definition at one time; immutable once a message was planned by it."""

    placement = Placement.SHARED

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    trigger = models.JSONField()
    audience = models.JSONField(null=True)  # a segment rule tree; null is not yet said and cannot be activated
    steps = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["campaign", "number"], name="campaigns_version_once"),
        ]
