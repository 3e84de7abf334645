"""Indexes of the queue: turns in the order of arrival, and who waits for what has come."""

from typing import ClassVar

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core import migrating

# Whatever waits is looked at once more: what awaits an order then waits aside. The queue is short.
AGAIN = """
INSERT INTO core_mark (customer_id, lane, cause, depth)
SELECT DISTINCT customer_id, 1, 'events.waiting', 0 FROM events_handover
"""


class Migration(migrations.Migration):
    """Outside a transaction, as CONCURRENTLY needs; every statement may run again."""

    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("core", "0006_source_without_consent"),
        ("events", "0007_awaits"),
    ]
    operations: ClassVar[list[Operation]] = [
        migrating.AddIndexAnew(
            "handover", models.Index(fields=["customer", "reader", "id"], name="events_handover_turn")
        ),
        migrating.AddIndexAnew(
            "handover",
            models.Index(fields=["awaits"], name="events_handover_awaits", condition=models.Q(awaits__isnull=False)),
        ),
        RemoveIndexConcurrently("handover", "events_handover_customer"),
        migrations.RunSQL(AGAIN, migrations.RunSQL.noop),
    ]
