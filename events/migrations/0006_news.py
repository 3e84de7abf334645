"""An index of the few events that are part of no visit, made month by month without holding up who writes events."""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

PARTS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'events_event'::regclass ORDER BY 1"
WHAT = "(customer_id, occurred_at DESC) WHERE NOT is_visit"


def make(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The whole becomes valid with the last part; months made meanwhile get theirs by themselves."""
    with editor.connection.cursor() as cursor:
        cursor.execute(PARTS)
        parts = [row[0] for row in cursor.fetchall()]
        for part in parts:
            cursor.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {part}_news ON {part} {WHAT}")
        cursor.execute(f"CREATE INDEX IF NOT EXISTS events_event_news ON ONLY events_event {WHAT}")
        for part in parts:
            cursor.execute(f"ALTER INDEX events_event_news ATTACH PARTITION {part}_news")


class Migration(migrations.Migration):
    """Outside a transaction: CONCURRENTLY needs that, and every statement may run again."""

    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [("events", "0005_handover")]
    operations: ClassVar[list[Operation]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(make, migrations.RunPython.noop),
                migrations.RunSQL(migrations.RunSQL.noop, "DROP INDEX IF EXISTS events_event_news"),
            ],
            state_operations=[
                migrations.AddIndex(
                    model_name="event",
                    index=models.Index(
                        fields=["customer", "-occurred_at"],
                        condition=models.Q(("is_visit", False)),
                        name="events_event_news",
                    ),
                ),
            ],
        ),
    ]
