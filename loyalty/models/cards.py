"""The card of a member on a phone: an address that opens it, and nothing else."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel, Placement


class CardKey(models.Model):
    """Digest of a card's secret → card."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    card_id = models.UUIDField()


class Card(OwnedModel):
    """One address of one person's card. Ending it deletes it: the address then leads nowhere, as one that never was."""

    secret = SealedField()  # so that staff can show the same card once more
    secret_digest = models.BinaryField()  # the row's own key, so that merging can move it
    made_at = models.DateTimeField()
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("card on a phone")
        verbose_name_plural = _("cards on phones")
        indexes: ClassVar[list[models.Index]] = [
            # Whether somebody has one, the newest first.
            models.Index(fields=["customer", "-id"], name="loyalty_card_customer"),
        ]
