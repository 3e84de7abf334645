"""Events that are there already: those of robots are no visits, and everybody else's visits are derived."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

BOTS = """
UPDATE events_event SET is_visit = FALSE
WHERE is_visit AND properties -> '$context' ->> 'bot' = 'true'
"""
# Buckets (their ids begin with the time zero) have no visits. The pipeline derives the others', in the lane of imports.
PEOPLE = """
INSERT INTO core_mark (customer_id, lane, cause, depth)
SELECT DISTINCT customer_id, 1, 'events.visits', 0 FROM events_event
WHERE is_visit AND customer_id >= '00000000-0001-0000-0000-000000000000'
"""


class Migration(migrations.Migration):
    """Nothing is lost by taking it back: the marks of other migrations may be drained twice without harm."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("core", "0006_source_without_consent"), ("events", "0003_visits")]
    operations: ClassVar[list[Operation]] = [
        migrations.RunSQL(BOTS, migrations.RunSQL.noop),
        migrations.RunSQL(PEOPLE, migrations.RunSQL.noop),
    ]
