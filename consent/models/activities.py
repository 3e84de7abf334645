"""The register of processing activities (GDPR art. 30, PDPA s. 39)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, Placement


class ProcessingActivity(Model):
    """One thing the shop does with data of people: in words of every language, and its basis by law.

    `texts` is {language: {"name", "purpose", "people", "data", "recipients", "transfers", "retention", "safeguards"}},
    `bases` {key of the law pack: basis}. Every change is kept in the audit, whole.
    """

    placement = Placement.SHARED

    key = models.SlugField(_("key"), max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    texts = models.JSONField(_("texts"), default=dict)
    bases = models.JSONField(_("bases"), default=dict)
    is_active = models.BooleanField(_("in use"), default=True)
    changed_at = models.DateTimeField(_("changed at"))
    history = models.JSONField(default=list, editable=False)  # earlier states, the newest first, bounded

    class Meta:
        verbose_name = _("processing activity")
        verbose_name_plural = _("processing activities")
        ordering: ClassVar[list[str]] = ["position", "key"]

    def __str__(self) -> str:
        """The key."""
        return self.key
