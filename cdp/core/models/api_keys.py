"""Keys of storefronts and tills. Only a digest is stored; the key is shown once."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models.base import Model, Placement
from cdp.core.models.sources import Source


class ApiKey(Model):
    """One key with its scopes; facts written with it belong to its source."""

    placement = Placement.LOCAL

    name = models.CharField(_("name"), max_length=120)
    hint = models.CharField(_("begins with"), max_length=12, editable=False)
    digest = models.BinaryField(unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    source = models.ForeignKey(Source, models.PROTECT, related_name="api_keys")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        """The name and how the key begins."""
        return f"{self.name} ({self.hint}…)"
