"""What staff write down about a customer."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel


class Note(OwnedModel):
    """A note or a logged call on the timeline; the text is sealed."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        CALL = "call", _("Call")

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.NOTE)
    text = SealedField()
    at = models.DateTimeField()
    author_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes: ClassVar[list[models.Index]] = [
            # The timeline of one customer, newest first.
            models.Index(fields=["customer", "-at"], name="customers_note_timeline"),
        ]
