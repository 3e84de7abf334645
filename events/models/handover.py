"""Events that a room above still has to make its own facts of."""

from typing import ClassVar

from django.db import models

from cdp.core.models import OwnedModel


class Handover(OwnedModel):
    """One event that waits for one reader (a step of the pipeline). Written beside the event, deleted when taken.

    `awaits` is the digest of what must be told first; such a row is handed to nobody until that has come.
    """

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    reader = models.CharField(max_length=40)
    event_id = models.UUIDField()
    awaits = models.BinaryField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # A step takes what waits for the customers it works on, in the order in which it came.
            models.Index(fields=["customer", "reader", "id"], name="events_handover_turn"),
            # What was awaited has come: who waits for it?
            models.Index(fields=["awaits"], name="events_handover_awaits", condition=models.Q(awaits__isnull=False)),
        ]
