"""Events that are there already: those of robots are no visits, and everybody else's visits are derived.

In portions that are committed one by one, so that nobody waits for a table of a hundred million events; cut off, it may
simply be run again.
"""

import uuid
from collections.abc import Iterator
from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from django.db.migrations.operations.base import Operation

PORTION = 10_000
# Buckets (their ids begin with the time zero) have no visits.
FIRST_PERSON = uuid.UUID("00000000-0001-0000-0000-000000000000")
BOTS = """
UPDATE events_event SET is_visit = FALSE
WHERE id >= %s AND id < %s AND is_visit AND properties -> '$context' ->> 'bot' = 'true'
"""
# The pipeline derives the visits, in the lane of imports; marked twice is drained once.
PEOPLE = """
INSERT INTO core_mark (customer_id, lane, cause, depth)
SELECT c.id, 1, 'events.visits', 0 FROM customers_customer c WHERE c.id >= %s AND c.id < %s
    AND EXISTS (SELECT 1 FROM events_event e WHERE e.customer_id = c.id AND e.is_visit)
"""


def set_bots_apart(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Visits of robots are none."""
    with editor.connection.cursor() as cursor:
        for portion in _portions(cursor, "events_event", uuid.UUID(int=0)):
            cursor.execute(BOTS, portion)


def mark_people(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Everybody with visits is worked on."""
    with editor.connection.cursor() as cursor:
        for portion in _portions(cursor, "customers_customer", FIRST_PERSON):
            cursor.execute(PEOPLE, portion)


def _portions(cursor: CursorWrapper, table: str, first: uuid.UUID) -> Iterator[tuple[uuid.UUID, uuid.UUID]]:
    """Half-open ranges of ids with PORTION rows each, by the primary key."""
    last = uuid.UUID(int=2**128 - 1)
    while first < last:
        cursor.execute(f"SELECT id FROM {table} WHERE id >= %s ORDER BY id OFFSET %s LIMIT 1", [first, PORTION])  # noqa: S608
        found = cursor.fetchone()
        following = found[0] if found else last
        yield first, following
        first = following


class Migration(migrations.Migration):
    """Nothing is lost by taking it back: the marks of other migrations may be drained twice without harm."""

    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("core", "0006_source_without_consent"),
        ("customers", "0011_phones_without_ending"),
        ("events", "0003_visits"),
    ]
    operations: ClassVar[list[Operation]] = [
        migrations.RunPython(set_bots_apart, migrations.RunPython.noop),
        migrations.RunPython(mark_people, migrations.RunPython.noop),
    ]
