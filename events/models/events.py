"""Events, partitioned by month."""

from typing import ClassVar

from django.db import models

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel


class Event(OwnedModel):
    """One thing a customer did. The id is a UUIDv7 of `occurred_at` and the table is partitioned by RANGE(id), so a
    month can be dropped whole and a customer's recent events are found without an index on time.
    """

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=10)  # track, page, screen, identify
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=60)
    message_id = models.CharField(max_length=100)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    properties = models.JSONField(default=dict)  # what was looked at, never who
    # Somebody was there: neither a robot nor what a server or a mail program told. Visits are made of these.
    is_visit = models.BooleanField(default=True, db_default=True)
    # What of the event is personal (texts typed, addresses, contacts), as JSON under the customer's key.
    sealed = SealedField()
    # Digest of the identifier that told whose event it is, so that un-merging sends it to the right side.
    resolved_by = models.BinaryField(null=True, editable=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Timeline, last seen, and event conditions of segments.
            models.Index(fields=["customer", "-occurred_at"], name="events_event_customer"),
            # What mails and back offices told, for the timeline: few, and robots.
            models.Index(
                fields=["customer", "-occurred_at"], condition=models.Q(is_visit=False), name="events_event_news"
            ),
        ]
