"""Visits are derived of what was left due: whoever is marked now had their events recorded before anything was."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

# The queue of marks is short. Buckets (their ids begin with the time zero) have no visits.
DUE = """
INSERT INTO events_handover (id, customer_id, reader, event_id)
SELECT gen_random_uuid(), customer_id, 'events.sessions', '00000000-0000-0000-0000-000000000000'
FROM (SELECT DISTINCT customer_id FROM core_mark) AS marked
WHERE customer_id >= '00000000-0001-0000-0000-000000000000'
"""
NONE = "DELETE FROM events_handover WHERE reader = 'events.sessions'"


class Migration(migrations.Migration):
    """Taken back, the step looks at whole histories again."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("core", "0006_source_without_consent"),
        ("events", "0008_waiting_aside"),
    ]
    operations: ClassVar[list[Operation]] = [migrations.RunSQL(DUE, NONE)]
