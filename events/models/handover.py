"""Events that a room above still has to make its own facts of."""

from typing import ClassVar

from django.db import models

from cdp.core.models import OwnedModel


class Handover(OwnedModel):
    """One event that waits for one reader (a step of the pipeline). Written beside the event, deleted when taken."""

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    reader = models.CharField(max_length=40)
    event_id = models.UUIDField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # A step takes what waits for the customers it works on.
            models.Index(fields=["customer", "reader"], name="events_handover_customer"),
        ]
