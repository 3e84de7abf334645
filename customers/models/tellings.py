"""What was told of somebody who stands for several people, so that each takes their own along when they are parted."""

from typing import ClassVar

from django.db import models

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel


class Telling(OwnedModel):
    """What the facts that one identifier decided told of a customer while they stood for several people.

    Only what may still matter is kept (`customers.rules.tellings`), and only as long as a merge of known people can be
    taken back. `resolved_by` is the digest of the identifier; of what a known hand typed, who named the customer by
    their id, it is the 16 bytes of that id.
    """

    resolved_by = models.BinaryField()
    told = SealedField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "resolved_by"], name="customers_telling_once"),
        ]
