"""Two records that may be one person, waiting for a steward."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import OwnedModel


class MergeSuggestion(OwnedModel):
    """`customer` and `other` share an identifier but may not be merged by machine. `customer` is the smaller id."""

    other_id = models.UUIDField()
    reason = models.CharField(max_length=60)
    source = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, default="open")  # open, merged, apart
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("merge suggestion")
        verbose_name_plural = _("merge suggestions")
        indexes: ClassVar[list[models.Index]] = [
            # The steward's list, newest first.
            models.Index(fields=["-id"], name="customers_suggestion_open", condition=models.Q(state="open")),
            # Erasing: pairs that name somebody as the second.
            models.Index(fields=["other_id"], name="customers_suggestion_other"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "other_id"], name="customers_mergesuggestion_once"),
        ]
